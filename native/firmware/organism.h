/* In place of the organism.h that `blastema export --to cell` writes: the same names, for numbers given at run time. */
#ifndef ORGANISM_H
#define ORGANISM_H

#include <stddef.h>
#include <stdint.h>

/* What an exported organism.h defines. */
struct organism {
  const int8_t* weights;
  const int16_t *update_bias, *one;
  ptrdiff_t count;
  int hidden_shift, update_shift, update_factor, alive_above;
};

/* Choose the organism whose cells the calling thread computes from now on. */
void organism_use(const struct organism* organism);

#ifndef __cplusplus
extern _Thread_local const struct organism* organism_used;

#define CELL_WEIGHTS (organism_used->count)
#define CELL_HIDDEN_SHIFT (organism_used->hidden_shift)
#define CELL_UPDATE_SHIFT (organism_used->update_shift)
#define CELL_UPDATE_FACTOR (organism_used->update_factor)
#define CELL_ALIVE_ABOVE (organism_used->alive_above)
#define cell_weights (organism_used->weights)
#define cell_update_bias (organism_used->update_bias)
#define cell_one (organism_used->one)
#endif

#endif
