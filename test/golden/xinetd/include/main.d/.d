service in-z
{
	foo = 1
}
