# Answers each line in lower case.
while (line = $stdin.gets)
  $stdout.write(line.downcase)
end
