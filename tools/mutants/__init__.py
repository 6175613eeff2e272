"""What tools/mutate is made of: where a mutant can be, how many go into one build, and what kills one."""
