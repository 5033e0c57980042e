// Limit: what a process costs before it does anything. Built dynamic and static.
#include <stdio.h>

int main(void) { return puts("hello") < 0; }
