<?php
// Answers each line in lower case.
while (($line = fgets(STDIN)) !== false) {
    echo strtolower($line);
}
