#include "io/sources/lexicon.h"

#include <string.h>

/* From a text to a stance, by words that are written down here and nothing else.
 *
 * What it is based on: that people who post about their trades put them as “bought more BTC” or “I am adding
 * to my $ETH”. The words were collected by hand; nothing was learned from data, and how good a trader's
 * words are is for the trader's record to say. It would rather say nothing than something wrong: an own deed
 * or view, about a coin that is named, in one clause, or nothing. English only.
 *
 * The weights keep an order, within the 0.2 to 0.5 that a text may have: what somebody does now, what is
 * done, what is thought, what others are told to do. */
#define NOW 0.50      /* “buying”, “am long” */
#define DONE 0.40     /* “bought”: the price was another one */
#define VIEW 0.35     /* “bullish on” */
#define ADVICE 0.35   /* “buy”: told to others, or planned */
#define HEDGED 0.60   /* for each of at most two: “maybe”, “a bit”, “going to” */
#define LONG_AGO 0.40 /* “bought in 2017” */

#define MOST_TOKENS 96         /* a sentence with more is not understood */
#define MOST_TEXT (128 * 1024) /* bytes that are read of a text */
#define NEGATION_WINDOW 5      /* words before the one that decides */
#define OBJECT_WINDOW 10       /* words from the one that decides to its coin */

typedef enum
{
  DEED,     /* somebody does it to a coin: the coin is the object */
  OPINION,  /* may also be said of a coin: “BTC looks bullish” */
  POSITION, /* “long” is a word of many uses: directly before its coin, or after “am”, “went” … */
  CLOSES,   /* a deed only with the word “long”, “short” or “position” */
  OPENS,    /* a deed whose side is “long” or “short” */
} Manner;

static const struct
{
  const char *words;
  gint8       side;
  Manner      manner;
  double      weight;
} rules[] = {
  { "buying", 1, DEED, NOW },
  { "adding", 1, DEED, NOW },
  { "accumulating", 1, DEED, NOW },
  { "acquiring", 1, DEED, NOW },
  { "purchasing", 1, DEED, NOW },
  { "stacking", 1, DEED, NOW },
  { "longing", 1, DEED, NOW },
  { "bidding", 1, DEED, NOW },
  { "aping", 1, DEED, NOW },
  { "loading up", 1, DEED, NOW },
  { "scaling into", 1, DEED, NOW },
  { "going long", 1, DEED, NOW },
  { "bought", 1, DEED, DONE },
  { "added", 1, DEED, DONE },
  { "accumulated", 1, DEED, DONE },
  { "acquired", 1, DEED, DONE },
  { "purchased", 1, DEED, DONE },
  { "stacked", 1, DEED, DONE },
  { "longed", 1, DEED, DONE },
  { "loaded up", 1, DEED, DONE },
  { "scaled into", 1, DEED, DONE },
  { "went long", 1, DEED, DONE },
  { "buy", 1, DEED, ADVICE },
  { "accumulate", 1, DEED, ADVICE },
  { "add", 1, DEED, ADVICE },
  { "go long", 1, DEED, ADVICE },

  { "selling", -1, DEED, NOW },
  { "trimming", -1, DEED, NOW },
  { "reducing", -1, DEED, NOW },
  { "dumping", -1, DEED, NOW },
  { "offloading", -1, DEED, NOW },
  { "shorting", -1, DEED, NOW },
  { "exiting", 0, DEED, NOW },
  { "scaling out of", -1, DEED, NOW },
  { "going short", -1, DEED, NOW },
  { "taking profit", -1, DEED, NOW },
  { "taking profits", -1, DEED, NOW },
  { "taking some profit", -1, DEED, NOW },
  { "taking some profits", -1, DEED, NOW },
  { "sold", -1, DEED, DONE },
  { "trimmed", -1, DEED, DONE },
  { "reduced", -1, DEED, DONE },
  { "dumped", -1, DEED, DONE },
  { "offloaded", -1, DEED, DONE },
  { "shorted", -1, DEED, DONE },
  { "exited", 0, DEED, DONE },
  { "scaled out of", -1, DEED, DONE },
  { "went short", -1, DEED, DONE },
  { "took profit", -1, DEED, DONE },
  { "took profits", -1, DEED, DONE },
  { "took some profit", -1, DEED, DONE },
  { "took some profits", -1, DEED, DONE },
  { "sell", -1, DEED, ADVICE },
  { "trim", -1, DEED, ADVICE },
  { "short", -1, POSITION, NOW },
  { "go short", -1, DEED, ADVICE },

  { "long", 1, POSITION, NOW },
  { "bullish", 1, OPINION, VIEW },
  { "bearish", -1, OPINION, VIEW },

  { "closed", 0, CLOSES, DONE },
  { "covered", 0, CLOSES, DONE },
  { "closing", 0, CLOSES, NOW },
  { "covering", 0, CLOSES, NOW },
  { "opened", 0, OPENS, DONE },
  { "entered", 0, OPENS, DONE },
  { "opening", 0, OPENS, NOW },
  { "entering", 0, OPENS, NOW },
};

/* What other words do. */
enum
{
  NEGATES    = 1 << 0,  /* turns what follows into its opposite, which says nothing */
  HEDGES     = 1 << 1,
  VOIDS      = 1 << 2,  /* the sentence is not about what is */
  FIRST      = 1 << 3,  /* the author speaks of himself */
  OWNS       = 1 << 4,  /* “my fund” */
  PLAIN      = 1 << 5,  /* may stand between somebody and what he does */
  LINKS      = 1 << 6,  /* may stand between a deed and its coin */
  JOINS      = 1 << 7,  /* another part of the sentence begins */
  AUXILIARY  = 1 << 8,  /* makes “long” and “short” a position */
  NOT_A_DEED = 1 << 9,  /* behind a word that decides: “buying pressure” */
  NOT_A_COIN = 1 << 10, /* behind a coin: “BTC puts” */
  AGO        = 1 << 11,
  SIDED      = 1 << 12, /* “my short” */
  HELD       = 1 << 13, /* “my position” */
  ALL        = 1 << 14, /* “sold all of my” */
  QUIET      = 1 << 15, /* may be written small and is still a ticker */
  NOT_LONG   = 1 << 16, /* “so long” */
};

static const struct
{
  guint       meaning;
  const char *words;
} vocabulary[] = {
  { NEGATES | PLAIN,
    "not no never neither nor cannot cant dont didnt isnt wont wasnt arent havent hasnt without stop "
    "stopped stopping quit quitting avoid avoided avoiding refuse refused refusing hardly barely instead "
    "than anything far less done finished paused pausing halted against missed nobody" },
  { HEDGES | PLAIN,
    "maybe perhaps might may possibly probably likely think thinking guess feel feeling leaning tempted "
    "seems want wanted wanna plan planning planned hope hoping try trying tried somewhat slightly "
    "cautiously kinda sorta eventually soon someday will i'll we'll gonna about consider considering mildly "
    "tentatively looking" },
  { VOIDS,
    "if unless whether would should could wish wished imagine suppose supposing hypothetically would've "
    "could've should've wouldn't couldn't shouldn't i'd we'd says said told tells claims claimed according "
    "tweeted asks asked reportedly rumor rumors rumour allegedly regret regretted regretting watchlist "
    "giveaway joke joking kidding sarcasm pretend backtest backtested how" },
  { FIRST, "i i'm im i've ive i'll we we're we've we'll" },
  { OWNS, "my our" },
  { PLAIN,
    "just today finally also again still now been be being have has had am is are was were did do does keep "
    "keeps kept keeping continue continued continuing started starting start begin began gm yes ok so here "
    "yesterday morning tonight this week weekend last currently super very really extremely quite pretty "
    "more all remain remaining remains staying stay stayed got getting get going go went always update new "
    "position trade alert both even only simply yet to looks look turned turning becoming became" },
  { AUXILIARY,
    "am i'm im we're are been went going go remain remaining staying stay stayed still being was gone" },
  { PLAIN | LINKS, "short-term long-term near-term medium-term" },
  { LINKS,
    "more some a an the my our another of in on into to worth this that these here at little lot bit spot "
    "physical additional new half all most entire whole quarter third coins coin dip dips few bags bag "
    "position positions stack exposure heavily aggressively slowly again today now up back out even both "
    "size big small large tiny first own remaining rest much around long longs short shorts profits profit "
    "usd dollars million billion k m" },
  { JOINS, "and then but or because while since as so though although" },
  { NOT_A_DEED,
    "pressure power opportunity opportunities zone zones wall walls side interest volume signal signals "
    "spree climax off term time times run story video answer ago list squeeze squeezes overdue haul guide "
    "advice" },
  { NOT_A_COIN,
    "put puts call calls option options miner miners mining stock stocks shares equities mug mugs shirt "
    "shirts t-shirt hat hats hoodie book books course courses conference tickets ticket wallet wallets atm "
    "domain dominance maxi maxis merch machine machines hardware cash classic ordinals "
    "podcast newsletter" },
  { AGO, "years year months decade originally used" },
  { SIDED | HELD, "long longs short shorts" },
  { HELD, "position positions trade" },
  { ALL, "all entire whole remaining rest" },
  { NOT_LONG, "so as how too" },
  { QUIET, "btc xbt eth xrp doge bnb avax" },
};

/* What coins are called. With @proper only as a name: with a capital, and not where every sentence has one. */
static const struct
{
  const char *word, *coin;
  gboolean    proper;
} names[] = {
  { "bitcoin", "BTC" }, { "bitcoins", "BTC" }, { "sats", "BTC" }, { "satoshis", "BTC" },
  { "ethereum", "ETH" }, { "ether", "ETH" },
  { "solana", "SOL" }, { "cardano", "ADA" }, { "dogecoin", "DOGE" }, { "polkadot", "DOT" },
  { "chainlink", "LINK" }, { "ripple", "XRP", TRUE }, { "avalanche", "AVAX", TRUE }, { "litecoin", "LTC" },
  { "monero", "XMR" },
};

typedef struct
{
  char  word[32]; /* small, with ' for ’, without $ and #; cut where it is longer, as no word above is */
  char  coin[TF_SYMBOL_SIZE];
  guint meaning;
  float fraction; /* “half”, “20%”; else 0 */
  guint capital : 1, shouted : 1, number : 1, quoted : 1;
  guint cut : 1, colon : 1; /* after a comma, colon, dash …; after one of the latter */
} Token;

typedef struct
{
  const char *start, *end;
  gboolean    question;
} Sentence;

typedef struct
{
  const TfUniverse *universe;
  const char       *author;
  Token             tokens[MOST_TOKENS];
  guint             n;
  gboolean          shouted, crowded; /* all in capitals; more than fits */
} Reader;

static GHashTable *
make_meanings (void)
{
  GHashTable *table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (vocabulary); i++)
    {
      g_auto (GStrv) words = g_strsplit (vocabulary[i].words, " ", -1);

      for (guint k = 0; words[k] != NULL; k++)
        {
          guint before = GPOINTER_TO_UINT (g_hash_table_lookup (table, words[k]));

          g_hash_table_insert (table, g_strdup (words[k]), GUINT_TO_POINTER (before | vocabulary[i].meaning));
        }
    }
  return table;
}

static guint
meaning_of (const char *word)
{
  static GHashTable *table;
  gsize n = strlen (word);
  guint meaning;

  if (g_once_init_enter (&table))
    g_once_init_leave (&table, make_meanings ());
  meaning = GPOINTER_TO_UINT (g_hash_table_lookup (table, word));
  if (n > 3 && strcmp (word + n - 3, "n't") == 0)
    meaning |= NEGATES | PLAIN;
  if (n > 4 && strcmp (word + n - 2, "ly") == 0)
    meaning |= PLAIN | LINKS;
  return meaning;
}

static const TfUniverse *
default_universe (void)
{
  static TfUniverse *universe;

  if (g_once_init_enter (&universe))
    g_once_init_leave (&universe, tf_universe_new_default ());
  return universe;
}

/* The coin that a word means, if it means one. */
static void
find_coin (const Reader *self,
           Token        *token,
           const char   *text,
           gsize         length,
           gboolean      cash)
{
  char name[TF_SYMBOL_SIZE];

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (token->word, names[i].word) == 0
        && (!names[i].proper || (token->capital && self->n > 0 && !self->shouted)))
      {
        g_strlcpy (token->coin, names[i].coin, sizeof token->coin);
        return;
      }
  if (length < 2 || length >= sizeof name)
    return;
  memcpy (name, text, length);
  name[length] = '\0';
  if (cash)
    {
      for (char *p = name; *p != '\0'; p++)
        *p = g_ascii_toupper (*p);
      if (g_ascii_isalpha (*name) && strspn (name, G_CSET_A_2_Z G_CSET_DIGITS) == length && length <= 10)
        memcpy (token->coin, name, length + 1);
      return;
    }
  /* “link”, “dot” and “sol” are words; as tickers they are in capitals, in a sentence that is not. */
  if ((token->meaning & QUIET) == 0 && (!token->shouted || self->shouted))
    return;
  if (tf_universe_find (self->universe, name) >= 0)
    for (gsize i = 0; i <= length; i++)
      token->coin[i] = g_ascii_toupper (name[i]);
}

/* What part a word means: @after is the character behind it. */
static float
fraction_of (const char *word,
             char        after)
{
  static const struct { const char *word; float fraction; } parts[] = {
    { "half", 0.5f }, { "third", 1 / 3.0f }, { "quarter", 0.25f },
  };
  guint64 percent;

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (strcmp (word, parts[i].word) == 0)
      return parts[i].fraction;
  return after == '%' && g_ascii_string_to_unsigned (word, 10, 1, 100, &percent, NULL) ? (float) percent / 100 : 0;
}

static gboolean
is_letter (gunichar c)
{
  return g_unichar_isalnum (c) || c == '_';
}

/* Whether the word goes on over the sign @c, as it does in “don't”, “long-term”, “BTC/USDT” and “60,000.5”. */
static gboolean
goes_on (const char *p,
         gunichar    c,
         gunichar    before,
         const char *end)
{
  const char *next = g_utf8_next_char (p);
  gunichar after = next < end ? g_utf8_get_char (next) : 0;

  if (c == '\'' || c == 0x2019)
    return g_unichar_isalpha (before) && g_unichar_isalpha (after);
  if (c == '-' || c == '/')
    return is_letter (before) && is_letter (after);
  if (c == '.' || c == ',')
    return g_unichar_isdigit (before) && g_unichar_isdigit (after);
  return FALSE;
}

/* Takes one word; behind it. */
static const char *
take_word (Reader     *self,
           const char *p,
           const char *end,
           gunichar    sign,
           gboolean    quoted,
           gboolean    cut,
           gboolean    colon)
{
  Token *token = &self->tokens[self->n];
  const char *start = p;
  gunichar before = 0;
  guint letters = 0, big = 0;
  gsize n = 0;

  *token = (Token) {
    .quoted = quoted, .cut = cut, .colon = colon,
    .capital = g_unichar_isupper (g_utf8_get_char (p)), .number = g_unichar_isdigit (g_utf8_get_char (p)),
  };
  while (p < end)
    {
      gunichar c = g_utf8_get_char (p);

      if (!is_letter (c) && !goes_on (p, c, before, end))
        break;
      letters += g_unichar_isalpha (c);
      big += g_unichar_isupper (c);
      before = c;
      c = c == 0x2019 ? '\'' : g_unichar_tolower (c);
      if (n + 6 < sizeof token->word)
        n += (gsize) g_unichar_to_utf8 (c, token->word + n);
      p = g_utf8_next_char (p);
    }
  token->shouted = letters >= 2 && big == letters;
  token->meaning = meaning_of (token->word);
  token->fraction = fraction_of (token->word, p < end ? *p : '\0');
  /* In the middle of a sentence May is a month. */
  if (token->capital && !token->shouted && self->n > 0 && strcmp (token->word, "may") == 0)
    token->meaning = PLAIN;
  if (sign == '@')
    token->meaning = 0;
  else
    find_coin (self, token, start, (gsize) (p - start), sign == '$');
  self->n++;
  return p;
}

static gboolean
is_shouted (const Sentence *sentence)
{
  guint big = 0, small = 0, gaps = 0;

  for (const char *p = sentence->start; p < sentence->end; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      big += g_unichar_isupper (c);
      small += g_unichar_islower (c);
      gaps += c == ' ';
    }
  return gaps >= 2 && small * 10 < big;
}

/* Whether a quotation begins or ends at @p. */
static gboolean
turns_quote (const char *p,
             const char *end,
             gboolean    quoted)
{
  const char *next = g_utf8_next_char (p);

  switch (g_utf8_get_char (p))
    {
    case '"':
      return TRUE;
    case 0x201c: case 0xab: case 0x201e:
      return !quoted;
    case 0x2018:
      return !quoted;
    case 0x201d: case 0xbb:
      return quoted;
    case 0x2019:
      return quoted && (next >= end || !g_unichar_isalpha (g_utf8_get_char (next)));
    default:
      return FALSE;
    }
}

static void
take_apart (Reader         *self,
            const Sentence *sentence)
{
  gboolean quoted = FALSE, cut = FALSE, colon = FALSE;
  gunichar sign = 0;

  self->n = 0;
  self->crowded = FALSE;
  self->shouted = is_shouted (sentence);
  for (const char *p = sentence->start; p < sentence->end;)
    {
      gunichar c = g_utf8_get_char (p);

      if (turns_quote (p, sentence->end, quoted))
        quoted = !quoted;
      else if (is_letter (c))
        {
          if (self->n == MOST_TOKENS)
            {
              self->crowded = TRUE;
              return;
            }
          p = take_word (self, p, sentence->end, sign, quoted, cut, colon);
          cut = colon = FALSE;
          sign = 0;
          continue;
        }
      else if ((c < 0x80 && strchr (",;:()[]|-", (char) c) != NULL)
               || c == 0x2014 || c == 0x2013 || c == 0x2026)
        {
          cut = TRUE;
          colon = colon || c == ':' || c == '-' || c == 0x2014 || c == 0x2013;
        }
      sign = c;
      p = g_utf8_next_char (p);
    }
}

/* The next sentence from *@p on: to a full stop that is followed by a space and no small letter, or the end
 * of the line. */
static gboolean
next_sentence (const char **p,
               const char  *end,
               Sentence    *sentence)
{
  const char *at = *p;
  gboolean quoted = FALSE;

  while (at < end && g_unichar_isspace (g_utf8_get_char (at)))
    at = g_utf8_next_char (at);
  if (at == end)
    return FALSE;
  *sentence = (Sentence) { .start = at };
  for (gunichar before = 0; at < end; before = g_utf8_get_char (at), at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      const char *next = g_utf8_next_char (at);
      gboolean turns = turns_quote (at, end, quoted), stops;

      if (c == '\n')
        break;
      if (c == '?' && !quoted && (next == end || !is_letter (g_utf8_get_char (next))))
        sentence->question = TRUE;
      stops = turns ? quoted && before < 0x80 && before != 0 && strchr (".!?", (char) before) != NULL
                    : !quoted && c < 0x80 && strchr (".!?", (char) c) != NULL;
      quoted ^= turns;
      if (!stops || next == end || !g_unichar_isspace (g_utf8_get_char (next)))
        continue;
      while (next < end && *next != '\n' && g_unichar_isspace (g_utf8_get_char (next)))
        next = g_utf8_next_char (next);
      if (next == end || !g_unichar_islower (g_utf8_get_char (next)))
        {
          at = g_utf8_next_char (at);
          break;
        }
    }
  sentence->end = *p = at;
  return TRUE;
}

/* How many words of the rule's at @i; 0: others. */
static guint
match (const Reader *self,
       guint         i,
       const char   *words)
{
  guint n = 0;

  for (const char *p = words; ; p++)
    {
      gsize length = strcspn (p, " ");

      if (i + n >= self->n || (n > 0 && self->tokens[i + n].cut)
          || strlen (self->tokens[i + n].word) != length || memcmp (self->tokens[i + n].word, p, length) != 0)
        return 0;
      n++;
      p += length;
      if (*p == '\0')
        return n;
    }
}

static gboolean
is_author (const Reader *self,
           const char   *word)
{
  gsize n = strlen (word);

  if (self->author == NULL || n < 3)
    return FALSE;
  for (const char *p = self->author; *p != '\0'; p += strcspn (p, " "))
    {
      p += strspn (p, " ");
      if (strcspn (p, " ") == n && g_ascii_strncasecmp (p, word, n) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Whether the token @k begins another part of the sentence. */
static gboolean
joins (const Reader *self,
       guint         k)
{
  return (self->tokens[k].meaning & JOINS) != 0
         && (k == 0 || strcmp (self->tokens[k - 1].word, "anything") != 0);
}

/* Whether the tokens before @i tell that the author speaks of himself: somebody who acts stands before what
 * he does, with nothing but plain words between; where a part of a sentence names nobody, it is who acted in
 * the part before. @before: whether that was the author; -1: nobody acted yet. */
static gboolean
is_own (const Reader *self,
        guint         i,
        Manner        manner,
        int           before)
{
  gboolean first = FALSE, label = TRUE;
  guint k;

  for (k = i; k > 0; k--)
    {
      const Token *token = &self->tokens[k - 1];

      if (self->tokens[k].cut || joins (self, k - 1))
        break;
      if (token->quoted)
        return FALSE;
      if ((token->meaning & FIRST) != 0 || is_author (self, token->word))
        return TRUE;
      if (token->coin[0] != '\0')
        return manner == OPINION;
      if ((token->meaning & (PLAIN | NEGATES | HEDGES)) == 0 && !token->number)
        return k > 1 && (self->tokens[k - 2].meaning & OWNS) != 0 && !self->tokens[k - 1].cut;
    }
  if (k == 0)
    return TRUE;
  if (before >= 0)
    return before > 0;
  for (guint j = 0; j < k; j++)
    {
      const Token *token = &self->tokens[j];

      first = first || (token->meaning & (FIRST | OWNS)) != 0;
      label = label && ((token->meaning & (PLAIN | JOINS)) != 0 || token->number || token->coin[0] != '\0');
    }
  return first || (label && k <= 2);
}

/* “not buying”: an odd number of negations; “never stopped buying”: an even one. */
static guint
count_negations (const Reader *self,
                 guint         i)
{
  guint n = 0;

  for (guint k = i; k > 0 && i - k < NEGATION_WINDOW; k--)
    {
      const Token *token = &self->tokens[k - 1];

      if (self->tokens[k].cut || (joins (self, k - 1) && strcmp (token->word, "or") != 0))
        break;
      if ((token->meaning & NEGATES) != 0
          && strcmp (self->tokens[k].word, "only") != 0 && strcmp (self->tokens[k].word, "doubt") != 0)
        n++;
      if (strcmp (token->word, "nor") == 0)
        break;
    }
  return n;
}

/* The coin of what is done at @i by @n words: behind it, with nothing between but “more of my”; -1: none. */
static gint
find_object (const Reader *self,
             guint         i,
             guint         n,
             guint         strangers)
{
  for (guint k = i + n; k < self->n && k < i + n + OBJECT_WINDOW; k++)
    {
      const Token *token = &self->tokens[k];

      if (token->quoted || (token->cut && !token->colon))
        return -1;
      if (token->coin[0] != '\0')
        return (gint) k;
      if ((token->meaning & LINKS) == 0 && !token->number && strangers-- == 0)
        return -1;
    }
  return -1;
}

/* A coin that the clause is about: “BTC looks bullish”, “ETH: added more”. */
static gint
find_subject (const Reader *self,
              guint         i,
              Manner        manner)
{
  if (manner == OPINION)
    for (guint k = i; k > 0 && !self->tokens[k].cut; k--)
      if (self->tokens[k - 1].coin[0] != '\0')
        return (gint) k - 1;
  for (guint k = 0; k < 2 && k < i; k++)
    if (self->tokens[k].coin[0] != '\0' && self->tokens[k + 1].colon)
      return (gint) k;
  return -1;
}

/* Whether a position is named with the coin, and its side if that is told: “my BTC short”, “a long on ETH”. */
static gboolean
names_position (const Reader *self,
                guint         from,
                guint         coin,
                gint8        *side)
{
  *side = 0;
  for (guint k = from; k < self->n && k <= coin + 1; k++)
    if (k != coin && (self->tokens[k].meaning & HELD) != 0 && !(k == coin + 1 && self->tokens[k].cut))
      {
        if ((self->tokens[k].meaning & SIDED) != 0)
          *side = self->tokens[k].word[0] == 'l' ? 1 : -1;
        return TRUE;
      }
  return FALSE;
}

/* “sold all of my BTC” does not tell that more will be sold than there was. */
static gboolean
takes_all (const Reader *self,
           guint         from,
           guint         coin)
{
  for (guint k = from; k < coin; k++)
    if ((self->tokens[k].meaning & ALL) != 0)
      return TRUE;
  return FALSE;
}

/* “long” and “short” as positions. */
static gboolean
is_position (const Reader *self,
             guint         i)
{
  if (i > 0 && (self->tokens[i - 1].meaning & NOT_LONG) != 0)
    return FALSE;
  return (i + 1 < self->n && self->tokens[i + 1].coin[0] != '\0' && !self->tokens[i + 1].cut)
         || (i > 0 && !self->tokens[i].cut && (self->tokens[i - 1].meaning & (AUXILIARY | FIRST)) != 0);
}

/* Advice is an order to nobody in particular; “to buy” is no deed unless somebody is going to. */
static gboolean
is_infinitive (const Reader *self,
               guint         i)
{
  if (i == 0 || strcmp (self->tokens[i - 1].word, "to") != 0)
    return FALSE;
  for (guint k = i - 1; k > 0 && !self->tokens[k].cut; k--)
    if ((self->tokens[k - 1].meaning & HEDGES) != 0 || strcmp (self->tokens[k - 1].word, "going") == 0)
      return FALSE;
  return TRUE;
}

/* The part that is sold or closed, told before the coin: “sold half of my ETH”. */
static double
part_of (const Reader *self,
         guint         from,
         guint         coin)
{
  for (guint k = from; k < coin; k++)
    if (self->tokens[k].fraction > 0)
      return (double) self->tokens[k].fraction;
  return 0;
}

/* Whether the token @i goes on with such a word. */
static gboolean
is_followed (const Reader *self,
             guint         i,
             guint         meaning)
{
  return i < self->n && !self->tokens[i].cut && (self->tokens[i].meaning & meaning) != 0;
}

/* “in 2017”, “since early 2019”; “at 2017” is a price. */
static gboolean
is_year (const Reader *self,
         guint         i)
{
  static const char *const before[] = { "in", "since", "during", "of", "early", "mid", "late", "from", NULL };
  const char *word = self->tokens[i].word;

  return i > 0 && strlen (word) == 4 && strspn (word, G_CSET_DIGITS) == 4
         && (g_str_has_prefix (word, "20") || g_str_has_prefix (word, "19"))
         && g_strv_contains (before, self->tokens[i - 1].word);
}

/* How sure the sentence sounds, whatever it says: 1 or less. 0: it says nothing. */
static double
judge_sentence (const Reader   *self,
                const Sentence *sentence,
                gboolean       *ago)
{
  guint hedges = 0;

  *ago = FALSE;
  if (sentence->question || self->crowded)
    return 0;
  for (guint i = 0; i < self->n; i++)
    {
      const Token *token = &self->tokens[i];

      if (token->quoted)
        continue;
      if ((token->meaning & VOIDS) != 0)
        return 0;
      if ((token->meaning & HEDGES) != 0
          || (strcmp (token->word, "going") == 0 && i + 1 < self->n && strcmp (token[1].word, "to") == 0))
        hedges++;
      *ago = *ago || (token->meaning & AGO) != 0 || is_year (self, i);
    }
  return hedges == 0 ? 1 : hedges == 1 ? HEDGED : HEDGED * HEDGED;
}

/* One line, cut between two characters. */
static void
copy_line (const char *start,
           const char *end,
           char       *out,
           gsize       size)
{
  gsize n = 0;
  gboolean space = FALSE;

  for (const char *p = start; p < end; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      gsize bytes = (gsize) (g_utf8_next_char (p) - p);

      if (g_unichar_isspace (c) || g_unichar_iscntrl (c))
        {
          space = n > 0;
          continue;
        }
      if (n + space + bytes >= size)
        break;
      if (space)
        out[n++] = ' ';
      memcpy (out + n, p, bytes);
      n += bytes;
      space = FALSE;
    }
  out[n] = '\0';
}

/* What the rule @r says at @i, if anything; the token up to which it has been understood is the result. */
static guint
apply (const Reader *self,
       guint         r,
       guint         i,
       guint         n,
       int          *own,
       TfStance     *stance)
{
  Manner manner = rules[r].manner;
  guint negations = count_negations (self, i);
  gint coin;
  gboolean named;
  gint8 side = 0;

  *stance = (TfStance) { .side = rules[r].side, .confidence = rules[r].weight };
  if (self->tokens[i].quoted || is_followed (self, i + n, NOT_A_DEED)
      || (manner == POSITION && !is_position (self, i))
      || (rules[r].weight == ADVICE && manner == DEED && is_infinitive (self, i)))
    {
      stance->confidence = 0;
      return i + n;
    }
  *own = is_own (self, i, manner, *own);
  coin = find_object (self, i, n, manner == OPINION);
  if (coin < 0)
    coin = find_subject (self, i, manner);
  if (coin < 0 || !*own || negations % 2 != 0 || is_followed (self, (guint) coin + 1, NOT_A_COIN))
    {
      stance->confidence = 0;
      return coin >= (gint) (i + n) ? (guint) coin + 1 : i + n;
    }
  named = coin > (gint) i && names_position (self, i + n, (guint) coin, &side);
  if ((manner == OPENS && side == 0) || (manner == CLOSES && !named))
    stance->confidence = 0;
  else if (manner == OPENS)
    stance->side = side;
  else if (manner == DEED && stance->side < 0 && coin > (gint) i && takes_all (self, i + n, (guint) coin))
    stance->side = 0;
  else if (manner == DEED && side < 0)
    stance->side = -stance->side; /* to add to a short is to sell */
  if (stance->side <= 0 && (manner == DEED || manner == CLOSES) && coin > (gint) i)
    stance->fraction = part_of (self, i + n, (guint) coin);
  if (negations > 0)
    stance->confidence *= HEDGED;
  g_strlcpy (stance->symbol, self->tokens[coin].coin, sizeof stance->symbol);
  g_strlcpy (stance->rule, rules[r].words, sizeof stance->rule);
  return MAX (i + n, (guint) coin + 1) + named;
}

/* The surest thing that a sentence says. Whether it says two things about one coin is told by @torn. */
static void
note (TfStance       *best,
      const TfStance *stance,
      const Sentence *sentence,
      gboolean       *torn)
{
  if (stance->confidence < TF_STANCE_LEAST)
    return;
  if (best->confidence > 0 && strcmp (best->symbol, stance->symbol) == 0 && best->side != stance->side)
    *torn = TRUE;
  if (stance->confidence <= best->confidence)
    return;
  *best = *stance;
  copy_line (sentence->start, sentence->end, best->evidence, sizeof best->evidence);
}

static void
read_sentence (Reader         *self,
               const Sentence *sentence,
               TfStance       *best,
               gboolean       *torn)
{
  gboolean ago;
  int own = -1;
  double sure;

  take_apart (self, sentence);
  sure = judge_sentence (self, sentence, &ago);
  for (guint i = 0; sure > 0 && i < self->n;)
    {
      guint longest = 0, rule = 0;
      TfStance stance;

      for (guint r = 0; r < G_N_ELEMENTS (rules); r++)
        {
          guint n = match (self, i, rules[r].words);

          if (n > longest)
            {
              longest = n;
              rule = r;
            }
        }
      if (longest == 0)
        {
          i++;
          continue;
        }
      i = apply (self, rule, i, longest, &own, &stance);
      stance.confidence *= sure * (ago && rules[rule].weight == DONE ? LONG_AGO : 1);
      note (best, &stance, sentence, torn);
    }
}

static gboolean
is_repeated (const char *p,
             const char *end)
{
  static const char *const starts[] = { "RT @", "RT:", "QT @", "Retweeted " };

  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    if ((gsize) (end - p) >= strlen (starts[i]) && strncmp (p, starts[i], strlen (starts[i])) == 0)
      return TRUE;
  return FALSE;
}

/**
 * tf_lexicon_read:
 * @text: plain text, UTF-8; what stands behind the first 128 KiB or a byte that is not UTF-8 is not read
 * @length: its bytes, or -1 when it ends with a NUL
 * @author: (nullable): words that mean who wrote it, separated by spaces: “Saylor Strategy”
 * @universe: (nullable): whose symbols and aliases are tickers; else that of the program
 * @stance: (out): the surest thing that it says about one coin
 *
 * Words, weights and what they are based on are at the top of this file's source. A coin is meant by its
 * name, its ticker in capitals or behind a $ (behind a $, any; an engine that does not know the coin says
 * so). Negation within five words takes a statement back (“not buying” is not “selling”); hedging, and
 * deeds long past, make it less sure; questions, conditions, quotations, repeated posts (“RT @…”) and what
 * others do say nothing; so does a text with both sides of one coin.
 *
 * Returns: whether it says something
 */
gboolean
tf_lexicon_read (const char       *text,
                 gssize            length,
                 const char       *author,
                 const TfUniverse *universe,
                 TfStance         *stance)
{
  Reader reader = { .universe = universe != NULL ? universe : default_universe (), .author = author };
  const char *p = text, *end;
  gboolean torn = FALSE;
  Sentence sentence;

  *stance = (TfStance) { 0 };
  g_utf8_validate (text, MIN (length >= 0 ? length : (gssize) strlen (text), MOST_TEXT), &end);
  while (next_sentence (&p, end, &sentence) && !is_repeated (sentence.start, end))
    if (*sentence.start == '>')
      while (p < end && *p != '\n') /* a quoted line */
        p++;
    else
      read_sentence (&reader, &sentence, stance, &torn);
  if (torn || stance->confidence < TF_STANCE_LEAST)
    *stance = (TfStance) { 0 };
  return stance->confidence > 0;
}
