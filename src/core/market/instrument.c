#include "core/market/instrument.h"

#include <string.h>

#include "core/base/error.h"

/* Tick and lot follow the venues, a little finer where old prices would not fit today's grid (DOGE at 0.002).
 * Fees are those of a small account, with no discount. */
#define MAKER_PPM 800
#define TAKER_PPM 1000
#define UNKNOWN_SPREAD_PPM 1000

static const struct
{
  const char *symbol;
  gint64      tick, lot;
  gint32      spread_ppm;
  const char *aliases;
} defaults[] = {
  { "BTC-USDT",  1000000,     1000, 100, "XBT WBTC" },
  { "ETH-USDT",  1000000,    10000, 120, "WETH" },
  { "SOL-USDT",   100000,   100000, 200, "" },
  { "BNB-USDT",   100000,   100000, 200, "" },
  { "XRP-USDT",     1000, 10000000, 300, "" },
  { "ADA-USDT",     1000, 10000000, 400, "" },
  { "DOGE-USDT",     100, 100000000, 400, "XDG" },
  { "AVAX-USDT",  100000,  1000000, 400, "" },
  { "DOT-USDT",   100000,  1000000, 500, "" },
  { "LINK-USDT",   10000,  1000000, 400, "" },
};

/* In the order in which the end of a joined name is tried. @min_base keeps coins that merely end like a quote
 * (WBTC, STETH) from being taken apart. */
static const struct { const char *name; gsize min_base; gint64 min_notional; } quotes[] = {
  { "USDT", 1, 5 * TF_SCALE }, { "USDC", 1, 5 * TF_SCALE },
  { "USD", 1, 5 * TF_SCALE }, { "EUR", 1, 5 * TF_SCALE },
  { "BTC", 3, 10000 }, { "ETH", 3, 200000 },
};

/**
 * tf_universe_new:
 *
 * Returns: (transfer full): a universe without instruments
 */
TfUniverse *
tf_universe_new (void)
{
  return g_new0 (TfUniverse, 1);
}

static void
from_default (guint         i,
              TfInstrument *instrument)
{
  *instrument = (TfInstrument) {
    .tick.raw = defaults[i].tick, .lot.raw = defaults[i].lot, .min_notional.raw = 5 * TF_SCALE,
    .maker_ppm = MAKER_PPM, .taker_ppm = TAKER_PPM, .spread_ppm = defaults[i].spread_ppm,
  };
  g_strlcpy (instrument->symbol, defaults[i].symbol, sizeof instrument->symbol);
  g_strlcpy (instrument->aliases, defaults[i].aliases, sizeof instrument->aliases);
}

/**
 * tf_universe_new_default:
 *
 * Returns: (transfer full): BTC, ETH, SOL, BNB, XRP, ADA, DOGE, AVAX, DOT and LINK against USDT
 */
TfUniverse *
tf_universe_new_default (void)
{
  TfUniverse *self = tf_universe_new ();

  for (guint i = 0; i < G_N_ELEMENTS (defaults); i++)
    {
      TfInstrument instrument;

      from_default (i, &instrument);
      tf_universe_add (self, &instrument);
    }
  return self;
}

/**
 * tf_universe_copy:
 *
 * Returns: (transfer full): the same instruments in the same order
 */
TfUniverse *
tf_universe_copy (const TfUniverse *self)
{
  TfUniverse *copy = tf_universe_new ();

  copy->items = g_memdup2 (self->items, self->n * sizeof *self->items);
  copy->n = self->n;
  return copy;
}

void
tf_universe_free (TfUniverse *self)
{
  if (self == NULL)
    return;
  g_free (self->items);
  g_free (self);
}

/**
 * tf_universe_add:
 * @instrument: is copied; tick and lot more than 0, rates and minimum not negative, a symbol “BASE-QUOTE”
 *
 * Returns: its index; where the symbol is known already the index that it has, and the instrument there stays
 * as it is
 */
gint
tf_universe_add (TfUniverse         *self,
                 const TfInstrument *instrument)
{
  g_return_val_if_fail (strchr (instrument->symbol, '-') != NULL, -1);
  g_return_val_if_fail (instrument->tick.raw > 0 && instrument->lot.raw > 0, -1);
  g_return_val_if_fail (instrument->min_notional.raw >= 0 && instrument->spread_ppm >= 0, -1);

  for (guint i = 0; i < self->n; i++)
    if (strcmp (self->items[i].symbol, instrument->symbol) == 0)
      return (gint) i;
  self->items = g_renew (TfInstrument, self->items, self->n + 1);
  self->items[self->n] = *instrument;
  return (gint) self->n++;
}

static gboolean
is_separator (char c)
{
  return c != '\0' && strchr ("-/_:", c) != NULL;
}

/* Writes @name in capitals and without separators, up to a space or the end; FALSE when it is empty or does
 * not fit. */
static gboolean
join (const char *name,
      char        out[2 * TF_SYMBOL_SIZE])
{
  gsize n = 0;

  for (; *name != '\0' && *name != ' '; name++)
    {
      if (is_separator (*name))
        continue;
      if (n == 2 * TF_SYMBOL_SIZE - 1)
        return FALSE;
      out[n++] = g_ascii_toupper (*name);
    }
  out[n] = '\0';
  return n > 0;
}

/* Whether the joined name @key is @coin alone or @coin with @quote after it. */
static gboolean
is_coin (const char *key,
         const char *coin,
         const char *quote)
{
  gsize n = strlen (coin);

  return strncmp (key, coin, n) == 0 && (key[n] == '\0' || strcmp (key + n, quote) == 0);
}

static gboolean
is_alias (const char         *key,
          const TfInstrument *instrument,
          const char         *quote)
{
  char alias[2 * TF_SYMBOL_SIZE];

  for (const char *p = instrument->aliases; *p != '\0'; p += strcspn (p, " "))
    {
      p += strspn (p, " ");
      if (join (p, alias) && is_coin (key, alias, quote))
        return TRUE;
    }
  return FALSE;
}

/**
 * tf_universe_find:
 * @name: as a venue or a trader's source writes it
 *
 * Case and the separators - / _ : do not count. First the pair is looked for (“BTC-USDT”, “BTC/USDT”,
 * “btcusdt”); then the first instrument of which @name is the base coin alone (“BTC”) or an alias, alone or
 * with the quote (“XBT”, “XBT/USDT”). Another quote is another market: “BTC-USD” is BTC-USDT only where it is
 * written among its aliases. An alias must count in the same unit as the instrument.
 *
 * Returns: the index, or -1
 */
gint
tf_universe_find (const TfUniverse *self,
                  const char       *name)
{
  char key[2 * TF_SYMBOL_SIZE], symbol[2 * TF_SYMBOL_SIZE];
  gint found = -1;

  if (strchr (name, ' ') != NULL || !join (name, key))
    return -1;
  for (guint i = 0; i < self->n; i++)
    {
      const TfInstrument *instrument = &self->items[i];
      gsize base = strcspn (instrument->symbol, "-");

      if (!join (instrument->symbol, symbol))
        continue;
      if (strcmp (key, symbol) == 0)
        return (gint) i;
      if (found < 0
          && ((strncmp (key, symbol, base) == 0 && key[base] == '\0')
              || is_alias (key, instrument, symbol + base)))
        found = (gint) i;
    }
  return found;
}

/**
 * tf_instrument_guess:
 * @name: “LTCUSDT”, “LTC-USDT”, “HYPE/USD”; quotes USDT, USDC, USD, EUR, BTC, ETH
 * @instrument: (out): what to trade it by while nothing better is known
 *
 * A coin of the default universe keeps its grid, spread and aliases under another currency. Any other gets
 * the careful side: the finest grid that prices have (tick 1e-8, so that no price is bent), lot 1e-6,
 * smallest order worth about 5 dollars (10 against BTC or ETH), fees without discount, 10 basis points of
 * spread.
 *
 * Returns: %FALSE with %TF_ERROR_INVALID when no pair can be read from @name
 */
gboolean
tf_instrument_guess (const char   *name,
                     TfInstrument *instrument,
                     GError      **error)
{
  gsize length = strlen (name), base = 0;
  guint separators = 0, quote = G_N_ELEMENTS (quotes);
  gboolean plain = TRUE;

  for (gsize i = 0; i < length; i++)
    {
      if (is_separator (name[i]))
        {
          separators++;
          base = i;
        }
      else
        plain = plain && g_ascii_isalnum (name[i]);
    }
  for (guint i = 0; plain && separators <= 1 && i < G_N_ELEMENTS (quotes); i++)
    {
      gsize n = strlen (quotes[i].name);

      if (length <= n || g_ascii_strcasecmp (name + length - n, quotes[i].name) != 0)
        continue;
      if (separators == 1 ? base > 0 && base + 1 + n == length : length - n >= quotes[i].min_base)
        {
          base = length - n - separators;
          quote = i;
          break;
        }
    }
  if (quote == G_N_ELEMENTS (quotes) || base + 1 + strlen (quotes[quote].name) >= TF_SYMBOL_SIZE)
    {
      char found[TF_QUOTE_SIZE];

      g_set_error (error, TF_ERROR, TF_ERROR_INVALID,
                   "found instrument “%s”, expected COIN-QUOTE with quote USDT, USDC, USD, EUR, BTC or ETH",
                   tf_error_quote (name, -1, found));
      return FALSE;
    }

  *instrument = (TfInstrument) {
    .tick.raw = 1, .lot.raw = 100,
    .maker_ppm = MAKER_PPM, .taker_ppm = TAKER_PPM, .spread_ppm = UNKNOWN_SPREAD_PPM,
  };
  for (guint i = 0; quotes[quote].min_base == 1 && i < G_N_ELEMENTS (defaults); i++)
    if (strcspn (defaults[i].symbol, "-") == base
        && g_ascii_strncasecmp (defaults[i].symbol, name, base) == 0)
      from_default (i, instrument);
  instrument->min_notional.raw = quotes[quote].min_notional;
  for (gsize i = 0; i < base; i++)
    instrument->symbol[i] = g_ascii_toupper (name[i]);
  instrument->symbol[base] = '-';
  strcpy (instrument->symbol + base + 1, quotes[quote].name);
  return TRUE;
}
