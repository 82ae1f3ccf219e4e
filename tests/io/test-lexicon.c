#include <string.h>

#include "fuzz/sources-check.h"
#include "io/sources/lexicon.h"

#define NOTHING 9

/* What a text says: the side of one coin, or nothing. Written as people write, and as they mislead. */
static const struct { const char *text; gint side; const char *coin; } sayings[] = {
  /* plain deeds */
  { "Bought more BTC.", 1, "BTC" },
  { "I bought 0.5 $BTC at 60,000.5 today", 1, "BTC" },
  { "Just added to my ETH position", 1, "ETH" },
  { "We are accumulating bitcoin.", 1, "BTC" },
  { "Been buying #Bitcoin all week", 1, "BTC" },
  { "I'm still adding to my $SOL bag", 1, "SOL" },
  { "Stacking sats.", 1, "BTC" },
  { "I keep buying the dip on ETH", 1, "ETH" },
  { "Took profits on my ETH", -1, "ETH" },
  { "Taking some profit on BTC here", -1, "BTC" },
  { "Sold half of my Ethereum this morning", -1, "ETH" },
  { "Trimmed my $ADA bag", -1, "ADA" },
  { "I’m selling some Ether", -1, "ETH" },
  { "Sold BTC for ETH", -1, "BTC" },
  { "Shorted XRP", -1, "XRP" },
  { "Going short ETH", -1, "ETH" },
  { "I went long BTC-USDT", 1, "BTC-USDT" },
  { "Purchased an additional 200 bitcoins", 1, "BTC" },
  { "Finally loaded up on Dogecoin", 1, "DOGE" },
  { "Quietly accumulating more $LINK", 1, "LINK" },
  { "Bought: BTC", 1, "BTC" },
  { "Trade alert: bought AVAX", 1, "AVAX" },
  { "ETH: added more", 1, "ETH" },
  { "Gm, buying BTC", 1, "BTC" },
  { "I sold ETH and bought nothing", -1, "ETH" },
  { "My fund bought BTC", 1, "BTC" },
  { "We've acquired 3,000 WBTC", 1, "WBTC" },
  { "Bought XBT", 1, "XBT" },
  { "Bought btc again", 1, "BTC" },
  { "BUYING MORE BTC NOW", 1, "BTC" },
  { "Buy $PEPE", 1, "PEPE" }, /* which the engine may not know: it says so */
  /* positions */
  { "I'm long BTC", 1, "BTC" },
  { "Long $ETH from here", 1, "ETH" },
  { "Still short SOL", -1, "SOL" },
  { "Opened a short on BTC", -1, "BTC" },
  { "Opening a BTC long", 1, "BTC" },
  { "Added to my BTC short", -1, "BTC" },
  { "Trimmed my short on ETH", 1, "ETH" },
  { "Closed my BTC long", 0, "BTC" },
  { "Covered my short on ETH", 0, "ETH" },
  { "Closed my ETH position", 0, "ETH" },
  { "I exited BTC", 0, "BTC" },
  { "Sold all of my BTC", 0, "BTC" },
  /* views */
  { "Bullish on Bitcoin", 1, "BTC" },
  { "I remain extremely bullish on $BTC", 1, "BTC" },
  { "BTC looks bullish", 1, "BTC" },
  { "I turned bearish on ETH yesterday", -1, "ETH" },
  { "Short-term bearish on Solana", -1, "SOL" },
  { "This is bullish for Bitcoin", 1, "BTC" },
  /* hedged, and still something */
  { "Maybe I'm buying some BTC", 1, "BTC" },
  { "Bought some BTC, I guess", 1, "BTC" },
  { "I will buy BTC", 1, "BTC" },
  { "I'm going to sell ETH", -1, "ETH" },
  { "In May I bought BTC", 1, "BTC" },
  /* two negations, and what is none */
  { "I can't stop buying BTC", 1, "BTC" },
  { "I never stopped accumulating Bitcoin", 1, "BTC" },
  { "Not only buying BTC this time", 1, "BTC" },
  { "I'm not worried, buying BTC", 1, "BTC" },
  /* not about the one with the question */
  { "Is it over? I don't think so. Bought BTC today.", 1, "BTC" },
  { "Read https://example.com/?a=1 on why; I bought BTC", 1, "BTC" },
  /* several */
  { "Portfolio update:\nTrimmed ETH\nBuying BTC", 1, "BTC" },

  /* negated */
  { "Not buying BTC", NOTHING },
  { "I am not currently actively buying BTC", NOTHING },
  { "I never sold my Bitcoin", NOTHING },
  { "I'm no longer bullish on ETH", NOTHING },
  { "Don't buy BTC", NOTHING },
  { "I haven’t sold any BTC", NOTHING },
  { "I didn't add to my ETH", NOTHING },
  { "Anything but bullish on BTC", NOTHING },
  { "I stopped buying ETH", NOTHING },
  { "Far from bearish on BTC", NOTHING },
  { "Not buying or selling BTC", NOTHING },
  { "Neither buying nor selling BTC", NOTHING },
  { "Holding instead of selling BTC", NOTHING },
  { "Without buying BTC", NOTHING },
  { "Yet to buy BTC", NOTHING },
  { "I am not yet buying BTC", NOTHING },
  /* questions, conditions, wishes */
  { "Should I buy BTC?", NOTHING },
  { "Buying BTC?!", NOTHING },
  { "If BTC hits 50k I'm buying BTC", NOTHING },
  { "I would buy BTC here", NOTHING },
  { "I'd buy BTC at 50k", NOTHING },
  { "I should have bought BTC", NOTHING },
  { "I wish I had bought more ETH", NOTHING },
  { "How to buy Bitcoin", NOTHING },
  { "Unless it breaks I'm long BTC", NOTHING },
  { "Maybe I will perhaps buy BTC", NOTHING },
  { "I bought BTC in 2017", NOTHING },
  { "I bought Bitcoin years ago", NOTHING },
  /* other people's */
  { "RT @whale: bought BTC", NOTHING },
  { "> Bought BTC", NOTHING },
  { "“Bought BTC”", NOTHING },
  { "He said: \"I'm buying BTC. A lot.\" Well.", NOTHING },
  { "My reply to «sell ETH»", NOTHING },
  { "Whales are buying Bitcoin", NOTHING },
  { "BlackRock bought more BTC", NOTHING },
  { "Everyone is bullish on BTC", NOTHING },
  { "Analysts bearish on ETH", NOTHING },
  { "@saylor bought BTC", NOTHING },
  { "According to them I'm buying BTC", NOTHING },
  { "Whales are active, buying BTC", NOTHING },
  { "They sold ETH and bought BTC", NOTHING },
  { "Bitcoin bought by BlackRock", NOTHING },
  /* words that look like it */
  { "So long Bitcoin", NOTHING },
  { "BTC is going up in the long run", NOTHING },
  { "In short, BTC is fine", NOTHING },
  { "Buying pressure on BTC", NOTHING },
  { "Selling a course on Bitcoin", NOTHING },
  { "Bought a house with my Bitcoin", NOTHING },
  { "Bought BTC puts", NOTHING },
  { "Buying Bitcoin miners", NOTHING },
  { "BTC sold off 5%", NOTHING },
  { "BTC added 3% today", NOTHING },
  { "BTC closed above 60k", NOTHING },
  { "Added BTC to my watchlist", NOTHING },
  { "Bullish on BTC dominance", NOTHING },
  { "Bought the link in the bio", NOTHING },
  { "BUY AT THE LINK BELOW NOW", NOTHING },
  { "I bought near the dot", NOTHING },
  { "Sol bought ice cream", NOTHING },
  { "Buy now for $500K", NOTHING },
  { "I bought a book", NOTHING },
  { "Bitcoin is at an all-time high", NOTHING },
  { "Holding my BTC", NOTHING },
  /* both sides */
  { "Sold BTC this morning. Bought BTC back tonight.", NOTHING },
  { "", NOTHING },
  { "?", NOTHING },
};

static void
test_saying (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  TfStance stance;
  gboolean says = tf_lexicon_read (sayings[i].text, -1, NULL, NULL, &stance);

  g_test_message ("“%s” → %s %d %s %.2f by “%s”: %s", sayings[i].text, says ? "says" : "nothing", stance.side, stance.symbol,
                  stance.confidence, stance.rule, stance.evidence);
  g_assert_cmpint (says, ==, sayings[i].side != NOTHING);
  if (!says)
    {
      g_assert_cmpstr (stance.symbol, ==, "");
      return;
    }
  g_assert_cmpint (stance.side, ==, sayings[i].side);
  g_assert_cmpstr (stance.symbol, ==, sayings[i].coin);
  g_assert_cmpfloat (stance.confidence, >=, TF_STANCE_LEAST);
  g_assert_cmpfloat (stance.confidence, <=, 0.5);
  g_assert_cmpuint (strlen (stance.evidence), >, 0);
}

static double
confidence_of (const char *text)
{
  TfStance stance;

  tf_lexicon_read (text, -1, NULL, NULL, &stance);
  return stance.confidence;
}

/* What is done now counts more than what is done, that more than a view, and a doubt makes each less. */
static void
test_confidence (void)
{
  g_assert_cmpfloat (confidence_of ("Buying BTC"), >, confidence_of ("Bought BTC"));
  g_assert_cmpfloat (confidence_of ("Bought BTC"), >, confidence_of ("Bullish on BTC"));
  g_assert_cmpfloat (confidence_of ("Bullish on BTC"), >, confidence_of ("Perhaps bullish on BTC"));
  g_assert_cmpfloat (confidence_of ("Buying BTC"), >, confidence_of ("I never stopped buying BTC"));
  g_assert_cmpfloat (confidence_of ("Bought BTC"), >, confidence_of ("Bought BTC, maybe too soon"));
}

/* A part of what is held is told of sales only: of what is bought, it would be another whole. */
static void
test_fraction (void)
{
  static const struct { const char *text; double fraction; } parts[] = {
    { "Sold half of my ETH", 0.5 }, { "Sold a quarter of my BTC", 0.25 }, { "Trimmed 20% of my SOL", 0.2 },
    { "Just closed half of my BTC long", 0.5 }, { "Sold my ETH", 0 }, { "Sold 20 ETH", 0 }, { "Sold 200% of my ETH", 0 },
    { "Bought half a BTC", 0 }, { "Sold ETH, down 5%", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      TfStance stance;

      g_test_message ("%s", parts[i].text);
      g_assert_true (tf_lexicon_read (parts[i].text, -1, NULL, NULL, &stance));
      g_assert_cmpfloat_with_epsilon (stance.fraction, parts[i].fraction, 1e-6);
    }
}

static void
test_author (void)
{
  TfStance stance;

  g_assert_false (tf_lexicon_read ("Strategy has acquired 850 BTC", -1, NULL, NULL, &stance));
  g_assert_true (tf_lexicon_read ("Strategy has acquired 850 BTC", -1, "Saylor Strategy", NULL, &stance));
  g_assert_cmpint (stance.side, ==, 1);
  g_assert_true (tf_lexicon_read ("@strategy has acquired 850 BTC", -1, "Saylor Strategy", NULL, &stance));
}

static void
test_universe (void)
{
  g_autoptr (TfUniverse) universe = tf_universe_new ();
  TfInstrument instrument;
  TfStance stance;

  g_assert_true (tf_instrument_guess ("HYPE-USDC", &instrument, NULL));
  tf_universe_add (universe, &instrument);
  g_assert_true (tf_lexicon_read ("Bought HYPE", -1, NULL, universe, &stance));
  g_assert_cmpstr (stance.symbol, ==, "HYPE");
  g_assert_false (tf_lexicon_read ("Bought hype", -1, NULL, universe, &stance));
  g_assert_false (tf_lexicon_read ("Bought HYPE", -1, NULL, NULL, &stance));
}

/* The sentence that decided, in one line, cut between two characters; and its rule. */
static void
test_evidence (void)
{
  g_autoptr (GString) text = g_string_new ("Good morning.\tI   am\tbuying BTC");
  TfStance stance;

  for (guint i = 0; i < 80; i++)
    g_string_append (text, " ü€");
  g_string_append (text, ". More tomorrow!");
  g_assert_true (tf_lexicon_read (text->str, (gssize) text->len, NULL, NULL, &stance));
  g_assert_true (g_str_has_prefix (stance.evidence, "I am buying BTC ü€ ü€"));
  g_assert_true (g_utf8_validate (stance.evidence, -1, NULL));
  g_assert_cmpuint (strlen (stance.evidence), >, sizeof stance.evidence - 6);
  g_assert_cmpstr (stance.rule, ==, "buying");
}

static void
test_awkward (void)
{
  g_autofree char *long_text = g_strnfill (300000, 'a'), *stops = g_strnfill (200000, '.');
  g_autoptr (GString) words = g_string_new ("Buying BTC");
  TfStance stance;

  g_assert_false (tf_lexicon_read (long_text, -1, NULL, NULL, &stance));
  g_assert_false (tf_lexicon_read (stops, -1, NULL, NULL, &stance));
  g_assert_true (tf_lexicon_read ("Buying BTC\xff and more", -1, NULL, NULL, &stance));
  g_assert_true (tf_lexicon_read ("Buying BTC not", 10, NULL, NULL, &stance));
  for (guint i = 0; i < 200; i++)
    g_string_append (words, " well");
  g_assert_false (tf_lexicon_read (words->str, -1, NULL, NULL, &stance));
}

static void
test_kept (void)
{
  check_kept ("lexicon.txt", "lexicon", check_lexicon);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (sayings); i++)
    {
      g_autofree char *path = g_strdup_printf ("/lexicon/saying/%03u", i);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_saying);
    }
  g_test_add_func ("/lexicon/confidence", test_confidence);
  g_test_add_func ("/lexicon/author", test_author);
  g_test_add_func ("/lexicon/fraction", test_fraction);
  g_test_add_func ("/lexicon/universe", test_universe);
  g_test_add_func ("/lexicon/evidence", test_evidence);
  g_test_add_func ("/lexicon/awkward", test_awkward);
  g_test_add_func ("/lexicon/kept", test_kept);
  return g_test_run ();
}
