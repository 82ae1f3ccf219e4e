#include "core/base/random.h"

#include <math.h>

static guint64
splitmix (guint64 *x)
{
  guint64 z = (*x += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static guint64
rotate (guint64 x,
        int     k)
{
  return (x << k) | (x >> (64 - k));
}

void
tf_random_seed (TfRandom *self,
                guint64   seed)
{
  for (guint i = 0; i < 4; i++)
    self->s[i] = splitmix (&seed);
}

guint64
tf_random_next (TfRandom *self)
{
  guint64 *s = self->s;
  guint64 result = rotate (s[0] + s[3], 23) + s[0], t = s[1] << 17;

  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate (s[3], 45);
  return result;
}

/**
 * tf_random_uniform:
 *
 * Returns: a number in [0, 1) with 53 random bits
 */
double
tf_random_uniform (TfRandom *self)
{
  return (double) (tf_random_next (self) >> 11) * 0x1p-53;
}

/**
 * tf_random_normal:
 *
 * Returns: a standard normal number (Marsaglia's polar method; the second one is not kept, so that the state is the seed alone)
 */
double
tf_random_normal (TfRandom *self)
{
  double u, v, s;

  do
    {
      u = 2 * tf_random_uniform (self) - 1;
      v = 2 * tf_random_uniform (self) - 1;
      s = u * u + v * v;
    }
  while (s >= 1 || s == 0);
  return u * sqrt (-2 * log (s) / s);
}
