#include "core/base/arena.h"

#include <string.h>

#include "core/base/error.h"

struct _TfArena
{
  GArray    *blocks; /* Block */
  GPtrArray *arrays; /* GArray */
};

typedef struct
{
  gpointer data;
  gsize    size;
} Block;

TfArena *
tf_arena_new (void)
{
  TfArena *self = g_new0 (TfArena, 1);

  self->blocks = g_array_new (FALSE, FALSE, sizeof (Block));
  self->arrays = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  return self;
}

void
tf_arena_free (TfArena *self)
{
  for (guint i = 0; i < self->blocks->len; i++)
    g_free (g_array_index (self->blocks, Block, i).data);
  g_array_unref (self->blocks);
  g_ptr_array_unref (self->arrays);
  g_free (self);
}

/**
 * tf_arena_alloc:
 *
 * Returns: (transfer none): @size bytes of zeros that live as long as @self
 */
gpointer
tf_arena_alloc (TfArena *self,
                gsize    size)
{
  Block block = { g_malloc0 (size), size };

  g_array_append_val (self->blocks, block);
  return block.data;
}

/**
 * tf_arena_array:
 *
 * Returns: (transfer none): an array that may grow; its length is part of the state
 */
GArray *
tf_arena_array (TfArena *self,
                guint    element_size)
{
  GArray *array = g_array_new (FALSE, TRUE, element_size);

  g_ptr_array_add (self->arrays, array);
  return array;
}

/* Written as: number of blocks, of arrays; each block's size and bytes; each array's element size, length and bytes. */
void
tf_arena_save (TfArena    *self,
               GByteArray *out)
{
  guint64 counts[2] = { self->blocks->len, self->arrays->len };

  g_byte_array_append (out, (const guint8 *) counts, sizeof counts);
  for (guint i = 0; i < self->blocks->len; i++)
    {
      const Block *block = &g_array_index (self->blocks, Block, i);
      guint64 size = block->size;

      g_byte_array_append (out, (const guint8 *) &size, sizeof size);
      g_byte_array_append (out, block->data, (guint) block->size);
    }
  for (guint i = 0; i < self->arrays->len; i++)
    {
      GArray *array = g_ptr_array_index (self->arrays, i);
      guint64 sizes[2] = { g_array_get_element_size (array), array->len };

      g_byte_array_append (out, (const guint8 *) sizes, sizeof sizes);
      g_byte_array_append (out, (const guint8 *) array->data, (guint) (sizes[0] * sizes[1]));
    }
}

static gboolean
take (const guint8 **data,
      gsize         *size,
      gpointer       out,
      gsize          n)
{
  if (*size < n)
    return FALSE;
  if (n > 0)
    memcpy (out, *data, n);
  *data += n;
  *size -= n;
  return TRUE;
}

/**
 * tf_arena_restore:
 *
 * Copies a saved state back into blocks that were registered in the same order with the same sizes; anything else is
 * %TF_ERROR_VERSION. Sizes are checked before the first byte is changed.
 */
gboolean
tf_arena_restore (TfArena       *self,
                  const guint8  *data,
                  gsize          size,
                  GError       **error)
{
  for (int writing = 0; writing <= 1; writing++)
    {
      const guint8 *p = data;
      gsize rest = size;
      guint64 counts[2], sizes[2];

      if (!take (&p, &rest, counts, sizeof counts)
          || counts[0] != self->blocks->len || counts[1] != self->arrays->len)
        goto other;
      for (guint i = 0; i < self->blocks->len; i++)
        {
          const Block *block = &g_array_index (self->blocks, Block, i);

          if (!take (&p, &rest, sizes, sizeof sizes[0]) || sizes[0] != block->size || rest < block->size)
            goto other;
          if (writing)
            memcpy (block->data, p, block->size);
          p += block->size;
          rest -= block->size;
        }
      for (guint i = 0; i < self->arrays->len; i++)
        {
          GArray *array = g_ptr_array_index (self->arrays, i);

          if (!take (&p, &rest, sizes, sizeof sizes) || sizes[0] != g_array_get_element_size (array)
              || sizes[1] > rest / MAX (sizes[0], 1))
            goto other;
          if (writing)
            {
              g_array_set_size (array, (guint) sizes[1]);
              if (sizes[1] > 0)
                memcpy (array->data, p, sizes[0] * sizes[1]);
            }
          p += sizes[0] * sizes[1];
          rest -= sizes[0] * sizes[1];
        }
      if (rest != 0)
        goto other;
    }
  return TRUE;

other:
  g_set_error_literal (error, TF_ERROR, TF_ERROR_VERSION,
                       "the checkpoint is of another configuration or version of the program");
  return FALSE;
}
