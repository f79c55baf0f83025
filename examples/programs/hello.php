<?php
// What is printed goes to the caller.
echo "HELLO\n";
