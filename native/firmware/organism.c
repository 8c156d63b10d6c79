#include "organism.h"

_Thread_local const struct organism* organism_used;

void organism_use(const struct organism* organism) { organism_used = organism; }
