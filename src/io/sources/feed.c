#include "io/sources/feed.h"

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

#include "core/base/error.h"
#include "io/sources/drivers.h"
#include "io/sources/hub.h"
#include "io/sources/lexicon.h"

#define ITEM_BYTES_MAX (256 * 1024)     /* of an item's content that is read */
#define INTERVAL_MS (375 * 1000)        /* with the poller's ± 20 % never sooner than after five minutes */
#define INTERVAL_MAX_S (24 * 60 * 60)
#define SEEN_MAX 4096                   /* identities that are remembered besides those of the document */
#define GRACE (24 * TF_HOUR)            /* many feeds tell the day only, or a wrong zone */
#define FUTURE (5 * TF_MINUTE)

static const char atom_ns[] = "http://www.w3.org/2005/Atom";
static const char content_ns[] = "http://purl.org/rss/1.0/modules/content/";
static const char dc_ns[] = "http://purl.org/dc/elements/1.1/";
static const char itunes_ns[] = "http://www.itunes.com/dtds/podcast-1.0.dtd";
static const char media_ns[] = "http://search.yahoo.com/mrss/";
static const char rss1_ns[] = "http://purl.org/rss/1.0/";

/* Time */

static gboolean
digits (const char **p,
        guint        most,
        guint       *value)
{
  guint n = 0;

  for (*value = 0; n < most && g_ascii_isdigit (**p); n++, (*p)++)
    *value = *value * 10 + (guint) (**p - '0');
  return n > 0;
}

static void
skip (const char **p,
      const char  *what)
{
  *p += strspn (*p, what);
}

/* Minutes east of Greenwich. */
static gboolean
read_zone (const char *p,
           gint       *minutes)
{
  static const struct { const char *name; gint hours; } zones[] = {
    { "UT", 0 }, { "UTC", 0 }, { "GMT", 0 }, { "Z", 0 }, { "BST", 1 }, { "CET", 1 }, { "CEST", 2 },
    { "EST", -5 }, { "EDT", -4 }, { "CST", -6 }, { "CDT", -5 }, { "MST", -7 }, { "MDT", -6 }, { "PST", -8 },
    { "PDT", -7 }, { "JST", 9 },
  };
  gsize n = strcspn (p, " \t\r\n(");

  if ((*p == '+' || *p == '-') && n == 5 && strspn (p + 1, "0123456789") >= 4)
    {
      gint hours = (p[1] - '0') * 10 + p[2] - '0', rest = (p[3] - '0') * 10 + p[4] - '0';

      *minutes = (*p == '-' ? -1 : 1) * (hours * 60 + rest);
      return hours <= 14 && rest < 60;
    }
  for (guint i = 0; i < G_N_ELEMENTS (zones); i++)
    if (strlen (zones[i].name) == n && g_ascii_strncasecmp (p, zones[i].name, n) == 0)
      {
        *minutes = zones[i].hours * 60;
        return TRUE;
      }
  return FALSE;
}

static gboolean
from_date_time (GDateTime *moment,
                gint       minutes,
                TfTime    *time)
{
  if (moment == NULL || g_date_time_get_year (moment) < 1970 || g_date_time_get_year (moment) > 2261)
    return FALSE;
  *time = (g_date_time_to_unix (moment) - minutes * 60) * TF_SECOND
    + g_date_time_get_microsecond (moment) * 1000;
  return TRUE;
}

/* RFC 822, with the years of RFC 2822: “Tue, 04 Aug 26 10:00 EDT”. */
static gboolean
read_mail_time (const char *p,
                TfTime     *time)
{
  static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
  guint day, month, year, hour, minute, second = 0;
  const char *year_at;
  gint zone;
  g_autoptr (GDateTime) moment = NULL;

  while (g_ascii_isalpha (*p))
    p++;
  skip (&p, ", \t");
  if (!digits (&p, 2, &day))
    return FALSE;
  skip (&p, " \t-");
  for (month = 1; month <= 12 && g_ascii_strncasecmp (p, months + 3 * (month - 1), 3) != 0; month++)
    ;
  while (g_ascii_isalpha (*p))
    p++;
  skip (&p, ". \t-");
  year_at = p;
  if (month > 12 || !digits (&p, 4, &year))
    return FALSE;
  if (p - year_at == 2)
    year += year < 50 ? 2000 : 1900;
  else if (p - year_at == 3)
    year += 1900;
  skip (&p, " \t");
  if (!digits (&p, 2, &hour) || *p++ != ':' || !digits (&p, 2, &minute))
    return FALSE;
  if (*p == ':' && (p++, !digits (&p, 2, &second)))
    return FALSE;
  skip (&p, " \t");
  if (!read_zone (p, &zone) || second > 60)
    return FALSE;
  moment = g_date_time_new_utc ((gint) year, (gint) month, (gint) day, (gint) hour, (gint) minute,
                                MIN (second, 59));
  return from_date_time (moment, zone, time);
}

/**
 * tf_feed_time_parse:
 * @text: RFC 822 (RSS), also with two digits of a year, without seconds and with zones by name, or RFC
 *   3339 (Atom)
 * @time: (out):
 *
 * Returns: %FALSE for anything else, and for a time of day without a zone, which would be a guess
 */
gboolean
tf_feed_time_parse (const char *text,
                    TfTime     *time)
{
  g_autofree char *trimmed = g_strstrip (g_strndup (text, 64));
  g_autoptr (GDateTime) moment = NULL;

  if (tf_time_parse (trimmed, time, NULL) && strlen (trimmed) > 4 && trimmed[4] == '-')
    return TRUE;
  if (!g_ascii_isdigit (*trimmed) || !g_ascii_isdigit (trimmed[1]) || !g_ascii_isdigit (trimmed[2]))
    return read_mail_time (trimmed, time);
  moment = g_date_time_new_from_iso8601 (trimmed, NULL);
  return from_date_time (moment, 0, time);
}

/* Text */

static gboolean
is_one_of (const xmlChar      *name,
           const char *const  *names)
{
  for (; *names != NULL; names++)
    if (g_ascii_strcasecmp ((const char *) name, *names) == 0)
      return TRUE;
  return FALSE;
}

/* What is under @top, with a line for each block. What others are quoted with is left out, and so is what is
 * not read. */
static void
append_text (GString       *out,
             const xmlNode *top)
{
  static const char *const silent[] = {
    "script", "style", "head", "template", "noscript", "svg", "blockquote", "q", NULL
  };
  static const char *const blocks[] = {
    "p", "div", "br", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "td", "th", "table",
    "section", "article", "header", "footer", "hr", "pre", "figure", "figcaption", "dd", "dt", "dl", NULL
  };
  const xmlNode *node = top->children;

  while (node != NULL)
    {
      gboolean element = node->type == XML_ELEMENT_NODE;

      if (element && is_one_of (node->name, blocks))
        g_string_append_c (out, '\n');
      if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE)
        for (const char *p = (const char *) node->content; p != NULL && *p != '\0'; p++)
          g_string_append_c (out, g_ascii_isspace (*p) ? ' ' : *p);
      if (element && node->children != NULL && !is_one_of (node->name, silent))
        {
          node = node->children;
          continue;
        }
      while (node->next == NULL)
        {
          node = node->parent;
          if (node == top)
            return;
          if (is_one_of (node->name, blocks))
            g_string_append_c (out, '\n');
        }
      node = node->next;
    }
}

/* Spaces of all kinds become one; no empty lines. */
static char *
tidy (const char *text)
{
  GString *out = g_string_sized_new (strlen (text));
  char gap = '\0';

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_isspace (c))
        {
          gap = gap == '\n' || c == '\n' ? '\n' : ' ';
          continue;
        }
      if (gap != '\0' && out->len > 0)
        g_string_append_c (out, gap);
      gap = '\0';
      g_string_append_unichar (out, c);
    }
  return g_string_free (out, FALSE);
}

/* At most so many bytes, cut between two characters; valid UTF-8. */
static char *
cut (const char *text,
     gsize       most)
{
  const char *end;

  g_utf8_validate (text, (gssize) MIN (strlen (text), most), &end);
  return g_strndup (text, (gsize) (end - text));
}

/**
 * tf_feed_text_of_html:
 * @html: a piece of HTML, UTF-8
 *
 * Returns: (transfer full): its text, a line for each block; without scripts, and without quotations,
 *   which are others' words
 */
char *
tf_feed_text_of_html (const char *html)
{
  g_autofree char *piece = cut (html, ITEM_BYTES_MAX);
  g_autoptr (GString) text = g_string_new (NULL);
  htmlDocPtr document;

  if (strpbrk (piece, "<&") == NULL)
    return tidy (piece);
  document = htmlReadMemory (piece, (int) strlen (piece), NULL, "UTF-8",
                             HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING
                             | HTML_PARSE_NONET | HTML_PARSE_COMPACT);
  if (document == NULL)
    return g_strdup ("");
  append_text (text, (const xmlNode *) document);
  xmlFreeDoc (document);
  return tidy (text->str);
}

/* Document */

static gboolean
is_named (const xmlNode *node,
          const char    *ns,
          const char    *name)
{
  const char *own = node->ns != NULL ? (const char *) node->ns->href : NULL;

  return node->type == XML_ELEMENT_NODE && strcmp ((const char *) node->name, name) == 0
         && g_strcmp0 (own, ns) == 0;
}

static const xmlNode *
child (const xmlNode *parent,
       const char    *ns,
       const char    *name)
{
  for (const xmlNode *node = parent != NULL ? parent->children : NULL; node != NULL; node = node->next)
    if (is_named (node, ns, name))
      return node;
  return NULL;
}

/* (nullable): what the element says, without spaces around */
static char *
content (const xmlNode *node)
{
  xmlChar *text = node != NULL ? xmlNodeGetContent (node) : NULL;
  char *copy = text != NULL ? g_strstrip (cut ((const char *) text, ITEM_BYTES_MAX)) : NULL;

  xmlFree (text);
  if (copy != NULL && *copy == '\0')
    g_clear_pointer (&copy, g_free);
  return copy;
}

/* (nullable) */
static char *
attribute (const xmlNode *node,
           const char    *name)
{
  xmlChar *value = xmlGetNoNsProp (node, (const xmlChar *) name);
  char *copy = value != NULL ? g_strstrip (g_strdup ((const char *) value)) : NULL;

  xmlFree (value);
  if (copy != NULL && *copy == '\0')
    g_clear_pointer (&copy, g_free);
  return copy;
}

/* (nullable): an element's text, by Atom's rules; RSS has HTML wherever it may. */
static char *
plain (const xmlNode *node)
{
  g_autofree char *type = node != NULL ? attribute (node, "type") : NULL, *text = NULL;
  gboolean atom = node != NULL && node->ns != NULL && strcmp ((const char *) node->ns->href, atom_ns) == 0;

  if (atom && g_strcmp0 (type, "xhtml") == 0)
    {
      g_autoptr (GString) out = g_string_new (NULL);
      g_autofree char *piece = NULL;

      append_text (out, node);
      piece = cut (out->str, ITEM_BYTES_MAX);
      return tidy (piece);
    }
  text = content (node);
  if (text == NULL)
    return NULL;
  if (atom && (type == NULL || strcmp (type, "text") == 0))
    return tidy (text);
  return tf_feed_text_of_html (text);
}

static char *
atom_link (const xmlNode *entry)
{
  for (const xmlNode *node = entry->children; node != NULL; node = node->next)
    if (is_named (node, atom_ns, "link"))
      {
        g_autofree char *rel = attribute (node, "rel");

        if (rel == NULL || strcmp (rel, "alternate") == 0)
          return attribute (node, "href");
      }
  return NULL;
}

static void
item_free (gpointer data)
{
  TfFeedItem *item = data;

  g_free (item->id);
  g_free (item->text);
  g_free (item->raw);
  g_free (item);
}

/* (nullable): the first of the elements that says something, as text */
static char *
first_plain (const xmlNode *const *nodes,
             guint                 n)
{
  for (guint i = 0; i < n; i++)
    {
      char *text = plain (nodes[i]);

      if (text != NULL)
        return text;
    }
  return NULL;
}

static TfTime
first_time (const xmlNode *const *nodes,
            guint                 n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = content (nodes[i]);
      TfTime time;

      if (text != NULL && tf_feed_time_parse (text, &time))
        return time;
    }
  return 0;
}

static char *
dump (const xmlNode *node)
{
  xmlBuffer *buffer = xmlBufferCreate ();
  char *text;

  xmlNodeDump (buffer, node->doc, (xmlNode *) node, 0, 0);
  text = g_strdup ((const char *) xmlBufferContent (buffer));
  xmlBufferFree (buffer);
  return text;
}

/* An item of RSS (@ns is %NULL, or that of RSS 1.0) or an entry of Atom. */
static void
add_item (TfFeedDocument *self,
          const xmlNode  *node,
          const char     *ns)
{
  const xmlNode *group = child (node, media_ns, "group");
  const xmlNode *bodies[] = {
    child (node, content_ns, "encoded"), child (node, ns, "content"), child (node, ns, "description"),
    child (node, ns, "summary"), child (group, media_ns, "description"), child (node, itunes_ns, "summary"),
  };
  const xmlNode *times[] = {
    child (node, ns, "published"), child (node, ns, "pubDate"), child (node, dc_ns, "date"),
    child (node, ns, "updated"),
  };
  g_autofree char *title = plain (child (node, ns, "title"));
  g_autofree char *body = first_plain (bodies, G_N_ELEMENTS (bodies));
  char *id = content (child (node, ns, ns == atom_ns ? "id" : "guid"));
  TfFeedItem *item;

  if (id == NULL)
    id = ns == atom_ns ? atom_link (node) : content (child (node, ns, "link"));
  if (id == NULL)
    return;
  item = g_new0 (TfFeedItem, 1);
  item->id = id;
  item->text = g_strjoin (title != NULL && body != NULL ? "\n" : "", title != NULL ? title : "",
                          body != NULL ? body : "", NULL);
  item->published = first_time (times, G_N_ELEMENTS (times));
  item->raw = dump (node);
  g_ptr_array_add (self->items, item);
}

static void
add_items (TfFeedDocument *self,
           const xmlNode  *parent,
           const char     *ns)
{
  for (const xmlNode *node = parent->children; node != NULL; node = node->next)
    if (self->items->len < TF_FEED_ITEMS_MAX && is_named (node, ns, ns == atom_ns ? "entry" : "item"))
      add_item (self, node, ns);
}

static gboolean
read_root (TfFeedDocument *self,
           const xmlNode  *root,
           GError        **error)
{
  const xmlNode *channel = child (root, NULL, "channel");
  char found[TF_QUOTE_SIZE];

  if (is_named (root, atom_ns, "feed"))
    {
      self->title = plain (child (root, atom_ns, "title"));
      add_items (self, root, atom_ns);
      return TRUE;
    }
  if (is_named (root, NULL, "rss") && channel != NULL)
    {
      g_autofree char *ttl = content (child (channel, NULL, "ttl"));
      guint64 minutes;

      if (ttl != NULL && g_ascii_string_to_unsigned (ttl, 10, 0, G_MAXUINT, &minutes, NULL))
        self->ttl_s = (guint) MIN (minutes * 60, INTERVAL_MAX_S);
      self->title = plain (child (channel, NULL, "title"));
      add_items (self, channel, NULL);
      return TRUE;
    }
  if (strcmp ((const char *) root->name, "RDF") == 0 && child (root, rss1_ns, "channel") != NULL)
    {
      self->title = plain (child (child (root, rss1_ns, "channel"), rss1_ns, "title"));
      add_items (self, root, rss1_ns);
      return TRUE;
    }
  g_set_error (error, TF_ERROR, TF_ERROR_INVALID, "found a document <%s>, expected RSS or Atom",
               tf_error_quote ((const char *) root->name, -1, found));
  return FALSE;
}

/* No feed needs a document type, and all that can be done with entities begins with one. */
static void
refuse_doctype (void          *context,
                const xmlChar *name,
                const xmlChar *external,
                const xmlChar *system)
{
  xmlParserCtxt *parser = context;

  *(gboolean *) parser->_private = TRUE;
  xmlStopParser (parser);
}

/**
 * tf_feed_document_read:
 * @bytes: an RSS 2.0, RSS 1.0 or Atom document
 * @length: at most %TF_FEED_BYTES_MAX
 *
 * Nothing is fetched and no entity is replaced but those of XML itself: a document with a document type,
 * which could declare others, is refused before any is read.
 *
 * Returns: (transfer full): %NULL with %TF_ERROR_INVALID, %TF_ERROR_RANGE when it is too large
 */
TfFeedDocument *
tf_feed_document_read (const char *bytes,
                       gsize       length,
                       GError    **error)
{
  g_autoptr (TfFeedDocument) self = NULL;
  gboolean doctype = FALSE, good = FALSE;
  xmlParserCtxt *parser;
  xmlDoc *document;

  if (length > TF_FEED_BYTES_MAX)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_RANGE,
                   "found a feed of %" G_GSIZE_FORMAT " bytes, expected at most %d", length, TF_FEED_BYTES_MAX);
      return NULL;
    }
  self = g_new0 (TfFeedDocument, 1);
  self->items = g_ptr_array_new_with_free_func (item_free);
  parser = xmlNewParserCtxt ();
  parser->_private = &doctype;
  parser->sax->internalSubset = refuse_doctype;
  document = xmlCtxtReadMemory (parser, bytes, (int) length, NULL, NULL,
                                XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_COMPACT);
  if (doctype)
    g_set_error (error, TF_ERROR, TF_ERROR_INVALID,
                 "found a document type (DOCTYPE), expected a feed, which needs none");
  else if (document == NULL || xmlDocGetRootElement (document) == NULL)
    {
      const xmlError *wrong = xmlCtxtGetLastError (parser);
      const char *message = wrong != NULL && wrong->message != NULL ? wrong->message : "nothing";
      char found[TF_QUOTE_SIZE];

      g_set_error (error, TF_ERROR, TF_ERROR_INVALID,
                   "found no well-formed XML in line %d (%s), expected RSS or Atom",
                   wrong != NULL ? wrong->line : 1,
                   tf_error_quote (message, (gssize) strcspn (message, "\n"), found));
    }
  else
    good = read_root (self, xmlDocGetRootElement (document), error);
  xmlFreeDoc (document);
  xmlFreeParserCtxt (parser);
  return good ? g_steal_pointer (&self) : NULL;
}

void
tf_feed_document_free (TfFeedDocument *self)
{
  if (self == NULL)
    return;
  g_free (self->title);
  g_ptr_array_unref (self->items);
  g_free (self);
}

/* Driver: what is new in a feed, and says something, is a signal. */

typedef struct
{
  TfSourceHub        *hub;
  const TfSourceSpec *spec;
  TfPoller           *poller;
  char               *author;
  GHashTable         *seen;    /* id → round in which it was last there */
  guint               round;
  TfTime              from;    /* what was published before is history; 0: it was not read yet */
  char               *wrong;   /* NULL: what was read last was a feed */
} Followed;

static void
followed_free (gpointer data)
{
  Followed *self = data;

  g_clear_pointer (&self->poller, tf_poller_free);
  g_hash_table_unref (self->seen);
  g_free (self->author);
  g_free (self->wrong);
  g_free (self);
}

static gboolean
is_old_round (gpointer key,
              gpointer value,
              gpointer data)
{
  return GPOINTER_TO_UINT (value) != *(guint *) data;
}

/* A long id is known by its hash: what it is cut to would be that of others, too. */
static void
copy_id (const char *id,
         char       *out,
         gsize       size)
{
  g_autofree char *hash = NULL;

  if (strlen (id) >= size)
    id = hash = g_compute_checksum_for_string (G_CHECKSUM_SHA1, id, -1);
  g_strlcpy (out, id, size);
}

static void
take_item (Followed         *self,
           const TfFeedItem *item)
{
  TfTime now = tf_source_hub_now (self->hub);
  TfTraderSignal signal = { 0 };
  TfStance stance;

  if (item->published != 0 && item->published + GRACE < self->from)
    {
      tf_source_hub_note (self->hub, self->spec, TF_SOURCE_NOTE_IGNORED, "an item from before the start");
      return;
    }
  if (!tf_lexicon_read (item->text, -1, self->author, NULL, &stance))
    {
      tf_source_hub_note (self->hub, self->spec, TF_SOURCE_NOTE_IGNORED, "an item that takes no side");
      return;
    }
  copy_id (item->id, signal.id, sizeof signal.id);
  g_strlcpy (signal.symbol, stance.symbol, sizeof signal.symbol);
  g_strlcpy (signal.evidence, stance.evidence, sizeof signal.evidence);
  signal.side = stance.side;
  signal.fraction = stance.fraction;
  signal.received = now;
  signal.published = signal.happened = item->published != 0 ? MIN (item->published, now) : now;
  tf_source_hub_emit (self->hub, self->spec, &signal, item->raw, strlen (item->raw));
}

/* Whether an item that is there when the feed is first read came while nobody listened. One without a time, or
 * with one that can't be true, may be of any age. */
static gboolean
is_missed (const Followed   *self,
           const TfFeedItem *item)
{
  return self->spec->since != 0 && item->published > self->from && item->published < tf_source_hub_now (self->hub) + FUTURE;
}

/* Oldest first, so that the newest word is the last. What is there when the feed is first read was said
 * before anybody listened, or since one last did. A feed shows an item a while after its time: what came in the
 * last interval before that is told again, and known by its id. */
static void
take_document (Followed             *self,
               const TfFeedDocument *document)
{
  gboolean first = self->from == 0;

  self->round++;
  if (first)
    self->from = self->spec->since != 0 ? self->spec->since - tf_source_hub_pace (self->hub, INTERVAL_MS) * (TF_SECOND / 1000)
                                        : tf_source_hub_now (self->hub);
  for (guint i = document->items->len; i > 0; i--)
    {
      const TfFeedItem *item = document->items->pdata[i - 1];
      gboolean known = g_hash_table_contains (self->seen, item->id);

      g_hash_table_replace (self->seen, g_strdup (item->id), GUINT_TO_POINTER (self->round));
      if (first && !is_missed (self, item))
        tf_source_hub_note (self->hub, self->spec, TF_SOURCE_NOTE_IGNORED, NULL);
      else if (!known)
        take_item (self, item);
    }
  if (g_hash_table_size (self->seen) > SEEN_MAX)
    g_hash_table_foreach_remove (self->seen, is_old_round, &self->round);
}

static void
on_answer (const TfAnswer *answer,
           gpointer        data)
{
  Followed *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TfFeedDocument) document = NULL;
  guint ask_s;

  if (answer->reason != NULL && answer->permanent)
    {
      tf_source_hub_judge (self->hub, self->spec, answer);
      g_clear_pointer (&self->poller, tf_poller_free);
      return;
    }
  if (answer->moved != NULL && answer->reason == NULL)
    tf_poller_set_url (self->poller, answer->moved);
  if (!tf_source_hub_judge (self->hub, self->spec, answer))
    {
      /* Not modified: still what it was. */
      if (answer->reason == NULL && self->wrong != NULL)
        tf_source_hub_set_state (self->hub, self->spec, TF_SOURCE_WAITING, self->wrong, answer->retry_ms);
      return;
    }
  g_clear_pointer (&self->wrong, g_free);
  document = tf_feed_document_read (answer->bytes, answer->length, &error);
  if (document == NULL)
    {
      self->wrong = g_strdup (error->message);
      tf_source_hub_note (self->hub, self->spec, TF_SOURCE_NOTE_ERROR, NULL);
      tf_source_hub_set_state (self->hub, self->spec, TF_SOURCE_WAITING, self->wrong, answer->retry_ms);
      return;
    }
  ask_s = MIN (MAX (document->ttl_s, answer->max_age_s), INTERVAL_MAX_S);
  tf_poller_set_interval (self->poller, tf_source_hub_pace (self->hub, MAX (INTERVAL_MS, ask_s * 1000)));
  take_document (self, document);
}

static gpointer
feed_open (TfSourceHub               *hub,
           const char                *endpoint,
           const TfSourceSpec *const *specs,
           guint                      n,
           GError                   **error)
{
  GPtrArray *driver = g_ptr_array_new_with_free_func (followed_free);

  for (guint i = 0; i < n; i++)
    {
      TfHttpRequest request = {
        .url = specs[i]->address,
        .accept = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8",
        .max_bytes = TF_FEED_BYTES_MAX,
        .conditional = TRUE,
      };
      Followed *self = g_new0 (Followed, 1);

      self->hub = hub;
      self->spec = specs[i];
      self->author = g_strdelimit (g_strdup (specs[i]->trader != NULL ? specs[i]->trader : ""), "-_", ' ');
      self->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      self->poller = tf_poller_new (tf_source_hub_get_fetcher (hub), &request,
                                    tf_source_hub_pace (hub, INTERVAL_MS), on_answer, self);
      g_ptr_array_add (driver, self);
    }
  return driver;
}

static void
feed_close (gpointer driver)
{
  g_ptr_array_unref (driver);
}

const TfSourceDriver tf_source_feed = { tf_fetcher_check_url, feed_open, feed_close };
