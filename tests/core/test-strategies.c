#include "core/strategies/default-bots.h"

#include "core/base/random.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#define N_BARS 4000

/* The ways a market can be unpleasant. */
typedef enum { MARKET_PLAIN, MARKET_GAPS, MARKET_FLAT, MARKET_HUGE, MARKET_TINY, N_MARKETS } Market;

typedef struct
{
  TfBar  bar;
  double peer; /* close of the reference instrument, NaN before it has any */
} Row;

static Row *
make_rows (Market market,
           double seconds)
{
  Row *rows = g_new0 (Row, N_BARS);
  double price = market == MARKET_TINY ? 2e-6 : 30000, peer = 100, drift = 0;
  gint64 time = 1600000000;
  TfRandom random;

  tf_random_seed (&random, 42 + market);
  for (guint i = 0; i < N_BARS; i++)
    {
      TfBar *bar = &rows[i].bar;
      gboolean flat = market == MARKET_FLAT && i % 500 >= 200;
      double step = 0.008 * tf_random_normal (&random);

      drift = 0.99 * drift + 0.0003 * tf_random_normal (&random);
      bar->open = price;
      if (market == MARKET_GAPS && i % 90 == 89)
        bar->open = price *= exp (0.15 * tf_random_normal (&random));
      if (market == MARKET_HUGE && i % 300 == 299)
        price *= i % 600 == 299 ? 0.02 : 60;
      if (!flat)
        price *= exp (drift + step);
      bar->close = price;
      bar->high = MAX (bar->open, price) * (flat ? 1 : 1 + 0.004 * tf_random_uniform (&random));
      bar->low = MIN (bar->open, price) * (flat ? 1 : 1 - 0.004 * tf_random_uniform (&random));
      bar->volume = flat && i % 2 == 0 ? 0 : 50 * exp (tf_random_normal (&random)) * (1 + 50 * fabs (step));
      bar->time = time * TF_SECOND;
      time += (gint64) seconds * (market == MARKET_GAPS && i % 90 == 89 ? 30 : 1);
      peer *= exp (0.7 * step + 0.004 * tf_random_normal (&random));
      rows[i].peer = i < 5 ? (double) NAN : peer;
    }
  return rows;
}

static void
step (const TfStrategy *strategy,
      gpointer          state,
      const Row        *row,
      double            seconds,
      TfVote           *vote)
{
  const double closes[] = { row->peer, row->bar.close };
  const TfStrategyInput in = {
    .bar = &row->bar, .closes = closes, .n_instruments = 2,
    .instrument = 1, .peer = 0, .bar_seconds = seconds,
  };

  memset (vote, 0xff, sizeof *vote); /* all of it has to be set */
  strategy->on_bar (state, &in, vote);
}

static void
check_vote (const TfStrategy *strategy,
            const TfBar      *bar,
            const TfVote     *vote)
{
  gint d = vote->direction;

  g_assert_true (vote->stance >= -1 && vote->stance <= 1);
  if (d == 0)
    {
      g_assert_true (vote->stop == 0 && vote->target == 0 && vote->trail == 0 && vote->horizon == 0);
      return;
    }
  g_assert_true (d == 1 || d == -1);
  g_assert_true (isfinite (vote->stop) && isfinite (vote->target) && isfinite (vote->trail));
  g_assert_cmpfloat (vote->stop, >, 0);
  g_assert_cmpfloat (d * (bar->close - vote->stop), >=, 0.0099 * bar->close);
  g_assert_true (vote->target == 0 || d * (vote->target - bar->close) > 0);
  g_assert_cmpfloat (vote->target, >=, 0);
  g_assert_true (vote->trail >= 0 && vote->trail < 5);
  g_assert_true (vote->target > 0 || vote->trail > 0 || d < 0);
  g_assert_cmpuint (vote->horizon, >=, 1);
  g_assert_cmpuint (vote->horizon, <=, 1000);
}

/* Runs @strategy over @rows with every promise checked on every bar; returns its proposals. */
static guint
run_checked (const TfStrategy *strategy,
             const double     *params,
             const Row        *rows,
             guint             n,
             double            seconds,
             guint            *spoken)
{
  gsize size = strategy->state_size;
  g_autofree guint8 *room = g_malloc0 (size + 64);
  g_autofree gpointer twin = g_malloc0 (size);
  guint warmup = strategy->warmup (params);
  guint proposals = 0;

  memset (room, 0x5a, 32);
  memset (room + 32 + size, 0x5a, 32);
  strategy->init (room + 32, params);
  *spoken = 0;
  for (guint i = 0; i < n; i++)
    {
      TfVote vote, again;

      /* A copy made at any moment continues identically. */
      if (i % 700 == 350)
        memcpy (twin, room + 32, size);
      step (strategy, room + 32, &rows[i], seconds, &vote);
      check_vote (strategy, &rows[i].bar, &vote);
      if (i >= 350)
        {
          step (strategy, twin, &rows[i], seconds, &again);
          g_assert_true (memcmp (&vote.stance, &again.stance, sizeof (double)) == 0);
          g_assert_cmpint (vote.direction, ==, again.direction);
          g_assert_true (memcmp (&vote.stop, &again.stop, 3 * sizeof (double)) == 0);
          g_assert_cmpuint (vote.horizon, ==, again.horizon);
        }
      if (i < warmup)
        g_assert_true (vote.stance == 0 && vote.direction == 0);
      *spoken += vote.stance != 0;
      proposals += vote.direction != 0;
    }
  for (guint i = 0; i < 32; i++)
    g_assert_true (room[i] == 0x5a && room[32 + size + i] == 0x5a);
  return proposals;
}

/* What every entry promises, on every market, at its defaults and at both ends of its parameters. */
static void
test_contract (gconstpointer data)
{
  const TfStrategy *strategy = data;
  static const double intervals[] = { 60, 3600, 86400 };
  double params[3][TF_PARAMS_MAX];
  guint n_params = tf_params_count (strategy->params);

  g_assert_true (tf_strategy_find (strategy->id) == strategy);
  g_assert_true (*strategy->title != '\0' && *strategy->summary != '\0');
  g_assert_cmpuint (strategy->state_size, <=, 10 * 1024);
  for (guint k = 0; k < 3; k++)
    tf_params_defaults (strategy->params, params[k]);
  for (guint i = 0; i < n_params; i++)
    {
      g_assert_cmpfloat (strategy->params[i].min, <=, strategy->params[i].value);
      g_assert_cmpfloat (strategy->params[i].value, <=, strategy->params[i].max);
      params[1][i] = strategy->params[i].min;
      params[2][i] = strategy->params[i].max;
    }
  /* The history that a new workspace starts with warms everything up. */
  g_assert_cmpuint (strategy->warmup (params[0]), <, 400);

  for (guint m = 0; m < N_MARKETS; m++)
    for (guint t = 0; t < G_N_ELEMENTS (intervals); t++)
      {
        g_autofree Row *rows = make_rows (m, intervals[t]);

        for (guint k = 0; k < 3; k++)
          {
            guint spoken;
            guint proposals = run_checked (strategy, params[k], rows, N_BARS, intervals[t], &spoken);

            if (k > 0 || m == MARKET_FLAT)
              continue;
            /* It has a stance when its warm-up is over (the reference comes five bars late), and then on nearly
             * every bar; it proposes now and then: on events, not on bars. */
            if (m == MARKET_PLAIN)
              g_assert_cmpuint (spoken + 5, >=, N_BARS - strategy->warmup (params[k]));
            g_assert_cmpuint (spoken, >=, (N_BARS - strategy->warmup (params[k])) * 0.97);
            g_assert_cmpuint (proposals, >=, 2);
            g_assert_cmpuint (proposals, <=, N_BARS * 0.06);
          }
      }
}

/* The same bars at another price scale give the same votes. */
static void
test_scale (gconstpointer data)
{
  const TfStrategy *strategy = data;
  g_autofree Row *rows = make_rows (MARKET_PLAIN, 3600);
  g_autofree gpointer one = g_malloc0 (strategy->state_size);
  g_autofree gpointer other = g_malloc0 (strategy->state_size);
  double params[TF_PARAMS_MAX];

  tf_params_defaults (strategy->params, params);
  strategy->init (one, params);
  strategy->init (other, params);
  for (guint i = 0; i < N_BARS; i++)
    {
      const double factor = 1.0 / (1 << 20); /* exact in doubles */
      Row small = rows[i];
      TfVote a, b;

      small.bar.open *= factor;
      small.bar.high *= factor;
      small.bar.low *= factor;
      small.bar.close *= factor;
      small.peer *= factor;
      step (strategy, one, &rows[i], 3600, &a);
      step (strategy, other, &small, 3600, &b);
      g_assert_cmpfloat_with_epsilon (a.stance, b.stance, 1e-6);
      g_assert_cmpint (a.direction, ==, b.direction);
      g_assert_cmpfloat_with_epsilon (a.stop * factor, b.stop, 1e-9 * small.bar.close);
    }
}

static void
test_table (void)
{
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  guint n = 0;

  for (const TfStrategy *const *s = tf_strategies (); *s != NULL; s++, n++)
    g_assert_true (g_hash_table_add (ids, (gpointer) (*s)->id));
  g_assert_cmpuint (n, >=, 14);
  g_assert_null (tf_strategy_find ("no-such-strategy"));
}

/* A reference that is missing, silent or the instrument itself leaves the pairs strategy without a say. */
static void
test_no_peer (void)
{
  const TfStrategy *pairs = tf_strategy_find ("pairs");
  g_autofree Row *rows = make_rows (MARKET_PLAIN, 3600);
  g_autofree gpointer state = g_malloc0 (pairs->state_size);
  double params[TF_PARAMS_MAX];

  tf_params_defaults (pairs->params, params);
  for (gint kind = 0; kind < 3; kind++)
    {
      memset (state, 0, pairs->state_size);
      pairs->init (state, params);
      for (guint i = 0; i < 600; i++)
        {
          const double closes[] = { (double) NAN, rows[i].bar.close };
          const TfStrategyInput in = {
            .bar = &rows[i].bar, .closes = closes, .n_instruments = 2,
            .instrument = 1, .peer = kind - 1, .bar_seconds = 3600,
          };
          TfVote vote;

          pairs->on_bar (state, &in, &vote);
          g_assert_true (vote.stance == 0 && vote.direction == 0);
        }
    }
}

/* The twenty bots as the data file, the compiled table and the strategies have them. */
static void
test_default_bots (void)
{
  const char *root = g_getenv ("TF_SOURCE_ROOT");
  g_autofree char *path = g_build_filename (root != NULL ? root : ".", "data", "bots.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) used = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;
  guint n = 0, in_account[3] = { 0 };
  JsonArray *bots;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  bots = json_node_get_array (json_parser_get_root (parser));
  for (const TfBotDefault *bot = tf_default_bots; bot->id != NULL; bot++, n++)
    {
      JsonObject *object = json_array_get_object_element (bots, n);
      JsonObject *overrides = json_object_get_object_member (object, "params");
      const TfStrategy *strategy = tf_strategy_find (bot->strategy);
      double params[TF_PARAMS_MAX];
      guint n_overrides = 0;

      g_assert_cmpstr (bot->id, ==, json_object_get_string_member (object, "id"));
      g_assert_true (g_hash_table_add (ids, (gpointer) bot->id));
      g_hash_table_add (used, (gpointer) bot->strategy);
      g_assert_nonnull (strategy);
      g_assert_cmpuint (strlen (bot->reason), >=, 40);
      g_assert_cmpuint (strlen (bot->title), >=, 3);
      in_account[0] += strcmp (bot->account, "woods1") == 0;
      in_account[1] += strcmp (bot->account, "angry") == 0;
      in_account[2] += strcmp (bot->account, "handjob") == 0;

      tf_bot_default_params (bot, strategy, params);
      for (; bot->params[n_overrides].name != NULL; n_overrides++)
        {
          const char *name = bot->params[n_overrides].name;
          double value = bot->params[n_overrides].value;
          guint k = 0;

          g_assert_cmpfloat (value, ==, json_object_get_double_member (overrides, name));
          while (strategy->params[k].name != NULL && strcmp (strategy->params[k].name, name) != 0)
            k++;
          g_assert_nonnull (strategy->params[k].name);
          g_assert_true (value >= strategy->params[k].min && value <= strategy->params[k].max);
          g_assert_cmpfloat (value, !=, strategy->params[k].value);
          g_assert_cmpfloat (params[k], ==, value);
        }
      g_assert_cmpuint (n_overrides, ==, json_object_get_size (overrides));
      g_assert_cmpuint (strategy->warmup (params), <, 400);
    }
  g_assert_cmpuint (n, ==, 20);
  g_assert_cmpuint (n, ==, json_array_get_length (bots));
  g_assert_cmpuint (in_account[0], ==, 6);
  g_assert_cmpuint (in_account[1], ==, 7);
  g_assert_cmpuint (in_account[2], ==, 7);
  g_assert_cmpuint (g_hash_table_size (used), ==, 16);
}

/* Every default bot over real hourly bars, outages and March 2020 included. */
static void
test_real_bars (void)
{
  const char *shared = g_getenv ("TF_SHARED");
  g_autofree char *folder = g_build_filename (shared != NULL ? shared : "", "data", "candles", NULL);
  g_autofree char *path = g_build_filename (folder, "ETHUSDT-1h.csv.gz", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GInputStream) raw = NULL;
  g_autoptr (GInputStream) plain = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  g_autoptr (GConverter) gunzip = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  g_autoptr (GArray) rows = g_array_new (FALSE, TRUE, sizeof (Row));
  double peer = 5000;
  char *line;

  if (!g_file_query_exists (file, NULL))
    {
      g_test_skip ("needs the shared candles: TF_SHARED/data/candles");
      return;
    }
  raw = G_INPUT_STREAM (g_file_read (file, NULL, NULL));
  plain = g_converter_input_stream_new (raw, gunzip);
  lines = g_data_input_stream_new (plain);
  while ((line = g_data_input_stream_read_line (lines, NULL, NULL, NULL)) != NULL)
    {
      g_auto (GStrv) fields = g_strsplit (line, ",", -1);
      Row row = {
        .bar = {
          .time = g_ascii_strtoll (fields[0], NULL, 10) * TF_SECOND,
          .open = g_ascii_strtod (fields[1], NULL), .high = g_ascii_strtod (fields[2], NULL),
          .low = g_ascii_strtod (fields[3], NULL), .close = g_ascii_strtod (fields[4], NULL),
          .volume = g_ascii_strtod (fields[5], NULL),
        },
      };

      /* A reference of its own: half of each move, and a wave against it. */
      if (rows->len > 0)
        peer *= sqrt (row.bar.close / g_array_index (rows, Row, rows->len - 1).bar.close);
      row.peer = peer * (1 + 0.03 * sin (rows->len / 40.0));
      if (row.bar.time > 0)
        g_array_append_val (rows, row);
      g_free (line);
    }
  g_assert_cmpuint (rows->len, >, 50000);
  for (const TfBotDefault *bot = tf_default_bots; bot->id != NULL; bot++)
    {
      const TfStrategy *strategy = tf_strategy_find (bot->strategy);
      double params[TF_PARAMS_MAX];
      guint proposals, spoken;

      tf_bot_default_params (bot, strategy, params);
      proposals = run_checked (strategy, params, (const Row *) rows->data, rows->len, 3600, &spoken);
      g_test_message ("%s: %.2f proposals in 1000 bars", bot->id, 1000.0 * proposals / rows->len);
      g_assert_cmpuint (spoken, >=, rows->len - strategy->warmup (params) - 20);
      g_assert_cmpuint (proposals, >=, 2 * rows->len / 1000);
      g_assert_cmpuint (proposals, <=, 45 * rows->len / 1000);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/strategies/table", test_table);
  g_test_add_func ("/strategies/no-peer", test_no_peer);
  g_test_add_func ("/strategies/default-bots", test_default_bots);
  g_test_add_func ("/strategies/real-bars", test_real_bars);
  for (const TfStrategy *const *s = tf_strategies (); *s != NULL; s++)
    {
      g_autofree char *contract = g_strconcat ("/strategies/contract/", (*s)->id, NULL);
      g_autofree char *scale = g_strconcat ("/strategies/scale/", (*s)->id, NULL);

      g_test_add_data_func (contract, *s, test_contract);
      g_test_add_data_func (scale, *s, test_scale);
    }
  return g_test_run ();
}
