#include <gio/gio.h>

#include "core/base/error.h"
#include "fuzz/sources-check.h"
#include "io/sources/feed.h"
#include "sources-fixture.h"

static const char rss[] =
  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
  "<rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">"
  "<channel><title><![CDATA[Anna & Co]]></title><link>https://anna.example</link><ttl>60</ttl>"
  "<item><title>Why I sold &lt;b&gt;half&lt;/b&gt; of my $ETH</title><guid isPermaLink=\"false\"> post-2 </guid>"
  "<pubDate>Tue, 04 Aug 2026 10:00:00 GMT</pubDate><description>short</description>"
  "<content:encoded><![CDATA[<p>One&nbsp;two &amp; three</p><blockquote>Buy BTC!</blockquote><ul><li>a</li><li>b</li></ul>"
  "<script>alert('sell')</script><p>end</p>]]></content:encoded></item>"
  "<item><title>No guid</title><link>https://anna.example/1</link><dc:date>2026-08-03T12:00:00+02:00</dc:date></item>"
  "<item><title>Nothing to know it by</title></item>"
  "</channel></rss>";

static const char atom[] =
  "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:yt=\"http://www.youtube.com/xml/schemas/2015\""
  " xmlns:media=\"http://search.yahoo.com/mrss/\"><title>Channel</title>"
  "<entry><id>yt:video:abc</id><yt:videoId>abc</yt:videoId><title>Live: 5 &lt; 6</title>"
  "<link rel=\"alternate\" href=\"https://www.youtube.com/watch?v=abc\"/>"
  "<published>2026-08-04T10:00:00+00:00</published><updated>2026-08-05T10:00:00+00:00</updated>"
  "<media:group><media:title>Live</media:title><media:description>I am buying BTC\nand more</media:description></media:group></entry>"
  "<entry><link rel=\"self\" href=\"https://x.example/self\"/><link href=\"https://x.example/2\"/><title type=\"html\">A &amp;amp; B</title>"
  "<updated>2026-08-04T10:00:00.5Z</updated><content type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\"><p>Yes</p><p>No</p></div>"
  "</content></entry></feed>";

static const TfFeedItem *
item_of (TfFeedDocument *document,
         guint           i)
{
  return document->items->pdata[i];
}

static void
test_rss (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfFeedDocument) document = tf_feed_document_read (rss, strlen (rss), &error);

  g_assert_no_error (error);
  g_assert_cmpstr (document->title, ==, "Anna & Co");
  g_assert_cmpuint (document->ttl_s, ==, 3600);
  g_assert_cmpuint (document->items->len, ==, 2);
  g_assert_cmpstr (item_of (document, 0)->id, ==, "post-2");
  g_assert_cmpstr (item_of (document, 0)->text, ==, "Why I sold half of my $ETH\nOne two & three\na\nb\nend");
  g_assert_cmpint (item_of (document, 0)->published, ==, G_GINT64_CONSTANT (1785837600) * TF_SECOND);
  g_assert_nonnull (strstr (item_of (document, 0)->raw, "<pubDate>"));
  g_assert_cmpstr (item_of (document, 1)->id, ==, "https://anna.example/1");
  g_assert_cmpint (item_of (document, 1)->published, ==, G_GINT64_CONSTANT (1785751200) * TF_SECOND);
}

static void
test_atom (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfFeedDocument) document = tf_feed_document_read (atom, strlen (atom), &error);

  g_assert_no_error (error);
  g_assert_cmpstr (document->title, ==, "Channel");
  g_assert_cmpuint (document->ttl_s, ==, 0);
  g_assert_cmpuint (document->items->len, ==, 2);
  g_assert_cmpstr (item_of (document, 0)->id, ==, "yt:video:abc");
  g_assert_cmpstr (item_of (document, 0)->text, ==, "Live: 5 < 6\nI am buying BTC\nand more");
  g_assert_cmpint (item_of (document, 0)->published, ==, G_GINT64_CONSTANT (1785837600) * TF_SECOND);
  g_assert_cmpstr (item_of (document, 1)->id, ==, "https://x.example/2");
  g_assert_cmpstr (item_of (document, 1)->text, ==, "A & B\nYes\nNo");
  g_assert_cmpint (item_of (document, 1)->published, ==, G_GINT64_CONSTANT (1785837600) * TF_SECOND + TF_SECOND / 2);
}

/* RSS 1.0, and letters of another encoding. */
static void
test_others (void)
{
  static const char rdf[] =
    "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\""
    " xmlns=\"http://purl.org/rss/1.0/\"><channel><title>M\xfcller</title></channel><item><title>T</title><link>l</link></item></rdf:RDF>";
  g_autoptr (GError) error = NULL;
  g_autoptr (TfFeedDocument) document = tf_feed_document_read (rdf, strlen (rdf), &error);

  g_assert_no_error (error);
  g_assert_cmpstr (document->title, ==, "Müller");
  g_assert_cmpuint (document->items->len, ==, 1);
  g_assert_cmpint (item_of (document, 0)->published, ==, 0);
}

static const struct { const char *text; gint64 seconds; } times[] = {
  { "Tue, 04 Aug 2026 10:00:00 GMT", 1785837600 },
  { "Tue, 04 Aug 2026 10:00:00 +0000", 1785837600 },
  { "  Tue, 4 Aug 2026 12:00:00 +0200 ", 1785837600 },
  { "04 Aug 26 10:00 UT", 1785837600 },
  { "Tue, 04 Aug 26 06:00:00 EDT", 1785837600 },
  { "Tue, 04 Aug 2026 05:00:00 EST", 1785837600 },
  { "Tue, 04 Aug 2026 03:00:00 PDT", 1785837600 },
  { "Tue, 04 Aug 2026 12:00:00 CEST", 1785837600 },
  { "Tuesday, 04-August-2026 10:00:00 Z (noon, nearly)", 1785837600 },
  { "Mon, 02 Jan 95 00:00:00 GMT", 789004800 },
  { "31 Dec 1998 23:59:60 GMT", 915148799 },
  { "2026-08-04T10:00:00Z", 1785837600 },
  { "2026-08-04T12:00:00+02:00", 1785837600 },
  { "2026-08-04T10:00:00.000000Z", 1785837600 },
  { "2026-08-04", 1785801600 },
  { "Tue, 04 Aug 2026 10:00:00", -1 }, /* a time without its zone */
  { "2026-08-04T10:00:00", -1 },
  { "Tue, 04 Aug 2026 10:00:00 XYZ", -1 },
  { "Tue, 32 Aug 2026 10:00:00 GMT", -1 },
  { "Tue, 04 Foo 2026 10:00:00 GMT", -1 },
  { "Tue, 04 Aug 2026 25:00:00 GMT", -1 },
  { "Tue, 04 Aug 2026", -1 },
  { "Tue, 04 Aug 2026 10:00:00 +9900", -1 },
  { "Tue, 04 Aug 1812 10:00:00 GMT", -1 },
  { "2026-13-04T10:00:00Z", -1 },
  { "1785837600", -1 },
  { "yesterday", -1 },
  { "", -1 },
};

static void
test_time (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  TfTime time = 0;
  gboolean good = tf_feed_time_parse (times[i].text, &time);

  g_assert_cmpint (good, ==, times[i].seconds >= 0);
  if (good)
    g_assert_cmpint (time, ==, times[i].seconds * TF_SECOND);
}

static const struct { const char *name, *html, *text; } pieces[] = {
  { "plain", "  a \n b  ", "a\nb" },
  { "entities", "a &amp; b &lt;c&gt; &#8364;&euro; &unknown;", "a & b <c> €€ &unknown;" },
  { "blocks", "<h1>a</h1>b<br>c<div>d<p>e</div>", "a\nb\nc\nd\ne" },
  { "inline", "bu<b>yi</b>ng <a href=\"x\">B<i>T</i>C</a>", "buying BTC" },
  { "silent", "a<style>b</style><script>c</script><!-- d --><template>e</template>f", "af" },
  { "quoted", "a<blockquote><p>buy</p></blockquote>b <q>sell</q>", "a\nb" },
  { "broken", "<p>a<<b>b</p></i></div>&", "a<b\n&" },
  { "open", "a <b", "a" },
};

static void
test_html (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autofree char *text = tf_feed_text_of_html (pieces[i].html);

  g_assert_cmpstr (text, ==, pieces[i].text);
}

static const struct { const char *name, *xml, *reason; } bad[] = {
  { "laughs",
    "<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY a \"&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;\">"
    "<!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\">]>"
    "<rss><channel><title>&d;</title></channel></rss>", "DOCTYPE" },
  { "file", "<!DOCTYPE rss [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><rss><channel><title>&x;</title></channel></rss>", "DOCTYPE" },
  { "network", "<!DOCTYPE rss SYSTEM \"http://127.0.0.1:1/rss.dtd\"><rss><channel/></rss>", "DOCTYPE" },
  { "plain type", "<!DOCTYPE html><html></html>", "DOCTYPE" },
  { "undeclared", "<rss><channel><title>&nbsp;</title></channel></rss>", "no well-formed XML in line 1" },
  { "open", "<rss>\n<channel>\n", "no well-formed XML in line 3" },
  { "crossed", "<rss><channel></rss></channel>", "no well-formed XML" },
  { "encoding", "<rss><channel><title>\xff\xfe</title></channel></rss>", "no well-formed XML" },
  { "html", "<html><body>Not found</body></html>", "found a document <html>" },
  { "other", "<sitemap/>", "found a document <sitemap>" },
  { "rss without a channel", "<rss/>", "found a document <rss>" },
  { "json", "{\"items\":[]}", "no well-formed XML" },
  { "nothing", "", "no well-formed XML" },
};

static void
test_bad (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;

  g_assert_null (tf_feed_document_read (bad[i].xml, strlen (bad[i].xml), &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_INVALID);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, bad[i].reason));
}

static void
test_large (void)
{
  g_autofree char *spaces = g_strnfill (TF_FEED_BYTES_MAX + 1, ' ');
  g_autoptr (GString) deep = g_string_new ("<rss><channel><item><title>");
  g_autoptr (GString) many = g_string_new ("<rss><channel>");
  g_autoptr (TfFeedDocument) document = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (tf_feed_document_read (spaces, strlen (spaces), &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_RANGE);
  g_clear_error (&error);
  for (guint i = 0; i < 100000; i++)
    g_string_append (deep, "<a>");
  g_assert_null (tf_feed_document_read (deep->str, deep->len, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_INVALID);
  g_clear_error (&error);
  for (guint i = 0; i < 2000; i++)
    g_string_append_printf (many, "<item><guid>%u</guid></item>", i);
  g_string_append (many, "</channel></rss>");
  document = tf_feed_document_read (many->str, many->len, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (document->items->len, ==, TF_FEED_ITEMS_MAX);
  for (guint i = 0; i < 3; i++)
    {
      static const char *const parts[] = { "<div>", "<b", "&" };
      g_autoptr (GString) html = g_string_new (NULL);
      g_autofree char *text = NULL;

      for (guint k = 0; k < 50000; k++)
        g_string_append (html, parts[i]);
      text = tf_feed_text_of_html (html->str);
      g_assert_nonnull (text);
    }
}

/* Every feed cut off at each place, and with one byte changed: read or refused. */
static void
test_mangled (void)
{
  static const char *const feeds[] = { rss, atom };
  g_autoptr (GRand) random = g_rand_new_with_seed (4);

  for (guint f = 0; f < G_N_ELEMENTS (feeds); f++)
    for (gsize i = 0; i < strlen (feeds[f]); i++)
      {
        g_autofree char *copy = g_strdup (feeds[f]);
        g_autoptr (TfFeedDocument) cut = tf_feed_document_read (copy, i, NULL);
        g_autoptr (TfFeedDocument) changed = NULL;

        g_assert_null (cut);
        copy[i] = (char) g_rand_int_range (random, 1, 256);
        changed = tf_feed_document_read (copy, strlen (copy), NULL);
      }
}

/* The driver */

static char feed_kind[] = "feed", feed_trader[] = "anna-smith";

static char *
make_feed (guint first,
           guint n)
{
  GString *text = g_string_new ("<rss version=\"2.0\"><channel><title>Anna</title>");

  for (guint i = first; i > first - n; i--)
    g_string_append_printf (text, "<item><guid>post-%u</guid><title>%s</title></item>", i, i % 2 == 0 ? "Bought more BTC" : "Hello");
  g_string_append (text, "</channel></rss>");
  return g_string_free (text, FALSE);
}

static void
listen_since (Fixture    *fixture,
              const char *path,
              TfTime      since)
{
  g_autofree char *url = g_strconcat (fixture->url, path, NULL);
  TfSourceSpec spec = { .kind = feed_kind, .trader = feed_trader, .address = url, .since = since };
  static const TfSourceHubEvents events = { on_fixture_signal, on_fixture_changed };

  /* Five minutes become a few hundredths of a second. */
  fixture->hub = tf_source_hub_new (&spec, 1, &events, fixture);
  tf_source_hub_set_pace (fixture->hub, 0.0001);
  tf_source_hub_start (fixture->hub);
}

static void
listen_to (Fixture    *fixture,
           const char *path)
{
  listen_since (fixture, path, 0);
}

static void
test_follow (void)
{
  g_autofree char *before = make_feed (12, 12), *after = make_feed (14, 5), *later = make_feed (16, 1);
  Fixture fixture;

  fixture_init (&fixture);
  fixture_answer (&fixture, "/feed", before);
  listen_to (&fixture, "/feed");
  /* No burst of what was said before anybody listened, however often it is read. */
  UNTIL (fixture.asked->len >= 3);
  UNTIL (fixture.figures[0].ignored >= 12);
  g_assert_cmpint (fixture.figures[0].state, ==, TF_SOURCE_LIVE);
  g_assert_cmpuint (fixture.signals->len, ==, 0);
  /* Two new ones, of which one says something. */
  fixture_answer (&fixture, "/feed", after);
  UNTIL (fixture.signals->len >= 1);
  fixture_answer (&fixture, "/feed", before);
  UNTIL (fixture.asked->len >= 6);
  fixture_answer (&fixture, "/feed", later);
  UNTIL (fixture.signals->len >= 2);
  g_assert_cmpuint (fixture.signals->len, ==, 2);
  g_assert_cmpstr (fixture_signal (&fixture, 0).id, ==, "post-14");
  g_assert_cmpstr (fixture_signal (&fixture, 0).trader, ==, "anna-smith");
  g_assert_cmpstr (fixture_signal (&fixture, 0).source, ==, "feed");
  g_assert_cmpstr (fixture_signal (&fixture, 0).symbol, ==, "BTC");
  g_assert_cmpint (fixture_signal (&fixture, 0).side, ==, 1);
  g_assert_cmpint (fixture_signal (&fixture, 0).quantity.raw, ==, 0);
  g_assert_false (fixture_signal (&fixture, 0).has_position);
  g_assert_true (g_str_has_suffix (fixture_signal (&fixture, 0).evidence, " Bought more BTC"));
  /* Without a date, it is published when it is first seen. */
  g_assert_cmpint (fixture_signal (&fixture, 0).published, ==, fixture_signal (&fixture, 0).received);
  g_assert_cmpstr (fixture_signal (&fixture, 1).id, ==, "post-16");
  g_assert_cmpstr (fixture.raws->pdata[1], ==, "<item><guid>post-16</guid><title>Bought more BTC</title></item>");
  fixture_clear (&fixture);
}

/* When it says that it was published, and what was published too long ago. */
static void
test_published (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) hour = g_date_time_add_hours (now, -1);
  g_autoptr (GDateTime) ahead = g_date_time_add_hours (now, 1);
  g_autofree char *earlier = g_date_time_format (hour, "%a, %d %b %Y %H:%M:%S GMT");
  g_autofree char *later = g_date_time_format (ahead, "%a, %d %b %Y %H:%M:%S GMT");
  g_autofree char *empty = make_feed (1, 0), *long_id = g_strnfill (100, 'x'), *feed = NULL;
  Fixture fixture;

  feed = g_strdup_printf ("<rss><channel>"
                          "<item><guid>a</guid><title>Sold ETH</title><pubDate>%s</pubDate></item>"
                          "<item><guid>%s</guid><title>Buying SOL</title><pubDate>%s</pubDate></item>"
                          "<item><guid>c</guid><title>Buying BTC</title><pubDate>Tue, 04 Aug 2020 10:00:00 GMT</pubDate></item>"
                          "</channel></rss>", earlier, long_id, later);
  fixture_init (&fixture);
  fixture_answer (&fixture, "/feed", empty);
  listen_to (&fixture, "/feed");
  UNTIL (fixture.asked->len >= 2);
  fixture_answer (&fixture, "/feed", feed);
  UNTIL (fixture.signals->len >= 2);
  UNTIL (fixture.figures[0].ignored >= 1);
  g_assert_cmpuint (fixture.signals->len, ==, 2);
  g_assert_cmpstr (fixture_signal (&fixture, 0).symbol, ==, "SOL");
  g_assert_cmpint (fixture_signal (&fixture, 0).published, ==, fixture_signal (&fixture, 0).received);
  g_assert_cmpuint (strlen (fixture_signal (&fixture, 0).id), ==, 40);
  g_assert_cmpstr (fixture_signal (&fixture, 1).id, ==, "a");
  g_assert_cmpint (fixture_signal (&fixture, 1).published, ==, g_date_time_to_unix (hour) * TF_SECOND);
  fixture_clear (&fixture);
}

static void
add_dated (GString    *feed,
           const char *id,
           gint        minutes)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) then = g_date_time_add_minutes (now, minutes);
  g_autofree char *date = g_date_time_format (then, "%a, %d %b %Y %H:%M:%S GMT");

  g_string_append_printf (feed, "<item><guid>%s</guid><title>Buying BTC</title><pubDate>%s</pubDate></item>", id, date);
}

/* Who listened until two hours ago is told what came since then, once; what has no date, or an impossible one, is of any age. */
static void
test_since (void)
{
  g_autoptr (GString) feed = g_string_new ("<rss><channel>"), later = NULL;
  TfTime now = g_get_real_time () * 1000;
  Fixture fixture;

  add_dated (feed, "ahead", 60);
  add_dated (feed, "second", -1);
  add_dated (feed, "first", -119);
  g_string_append (feed, "<item><guid>undated</guid><title>Buying BTC</title></item>");
  add_dated (feed, "before", -125);
  later = g_string_new (feed->str);
  add_dated (later, "third", 0);
  g_string_append (feed, "</channel></rss>");
  g_string_append (later, "</channel></rss>");
  fixture_init (&fixture);
  fixture_answer (&fixture, "/feed", feed->str);
  listen_since (&fixture, "/feed", now - 2 * TF_HOUR);
  g_assert_cmpint (fixture.figures[0].heard, ==, now - 2 * TF_HOUR);
  UNTIL (fixture.asked->len >= 3);
  UNTIL (fixture.figures[0].ignored >= 3);
  g_assert_cmpuint (fixture.signals->len, ==, 2);
  g_assert_cmpstr (fixture_signal (&fixture, 0).id, ==, "first");
  g_assert_cmpstr (fixture_signal (&fixture, 1).id, ==, "second");
  g_assert_cmpint (fixture_signal (&fixture, 0).published, <, now - TF_HOUR);
  g_assert_cmpint (fixture_signal (&fixture, 0).received, >=, now);
  g_assert_cmpint (fixture.figures[0].heard, >=, now);
  fixture_answer (&fixture, "/feed", later->str);
  UNTIL (fixture.signals->len >= 3);
  g_assert_cmpstr (fixture_signal (&fixture, 2).id, ==, "third");
  /* Nobody knows what is said in words that are not understood. */
  fixture_answer (&fixture, "/feed", "nonsense");
  UNTIL (fixture.figures[0].errors >= 1);
  now = g_get_real_time () * 1000;
  UNTIL (fixture.figures[0].errors >= 3);
  g_assert_cmpint (fixture.figures[0].heard, <, now);
  fixture_clear (&fixture);
}

/* What is wrong is told, and it goes on as soon as it is right; what is gone is not asked for again. */
static void
test_trouble (void)
{
  g_autofree char *before = make_feed (2, 2), *after = make_feed (4, 2), *large = g_strnfill (TF_FEED_BYTES_MAX + 1, ' ');
  Fixture fixture;
  guint asked;

  fixture_init (&fixture);
  fixture_answer (&fixture, "/feed", "<html>");
  listen_to (&fixture, "/feed");
  UNTIL (fixture.figures[0].state == TF_SOURCE_WAITING);
  g_assert_nonnull (strstr (fixture.figures[0].reason, "well-formed"));
  fixture_answer (&fixture, "/feed", bad[0].xml);
  UNTIL (strstr (fixture.figures[0].reason, "DOCTYPE") != NULL);
  fixture_answer (&fixture, "/feed", large);
  UNTIL (fixture.figures[0].state == TF_SOURCE_WAITING && strstr (fixture.figures[0].reason, "DOCTYPE") == NULL);
  g_test_message ("%s", fixture.figures[0].reason);
  fixture_answer (&fixture, "/feed", before);
  UNTIL (fixture.figures[0].state == TF_SOURCE_LIVE && fixture.figures[0].ignored >= 2);
  fixture.status = 429;
  UNTIL (fixture.figures[0].state == TF_SOURCE_WAITING);
  fixture.status = 0;
  fixture_answer (&fixture, "/feed", after);
  UNTIL (fixture.signals->len == 1);
  fixture.status = 410;
  UNTIL (fixture.figures[0].state == TF_SOURCE_FAILED);
  asked = fixture.asked->len;
  for (gint64 until = g_get_monotonic_time () + 300000; g_get_monotonic_time () < until;)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (fixture.asked->len, ==, asked);
  fixture_clear (&fixture);
}

/* Moved for good, and not modified: a server of its own. */
typedef struct
{
  guint old, new, unchanged;
  GString *body;
} Moved;

static void
on_moved (SoupServer        *server,
          SoupServerMessage *message,
          const char        *path,
          GHashTable        *query,
          gpointer           data)
{
  Moved *moved = data;
  SoupMessageHeaders *in = soup_server_message_get_request_headers (message), *out = soup_server_message_get_response_headers (message);

  if (strcmp (path, "/old") == 0)
    {
      moved->old++;
      soup_message_headers_replace (out, "Location", "/new");
      soup_server_message_set_status (message, 301, NULL);
      return;
    }
  moved->new++;
  soup_message_headers_replace (out, "ETag", "\"1\"");
  if (g_strcmp0 (soup_message_headers_get_one (in, "If-None-Match"), "\"1\"") == 0)
    {
      moved->unchanged++;
      soup_server_message_set_status (message, 304, NULL);
      return;
    }
  soup_server_message_set_status (message, 200, NULL);
  soup_server_message_set_response (message, "application/rss+xml", SOUP_MEMORY_COPY, moved->body->str, moved->body->len);
}

static void
test_moved (void)
{
  g_autofree char *feed = make_feed (2, 2);
  g_autoptr (GString) body = g_string_new (feed);
  Moved moved = { .body = body };
  Fixture fixture;

  fixture_init (&fixture);
  soup_server_add_handler (fixture.server, "/old", on_moved, &moved, NULL);
  soup_server_add_handler (fixture.server, "/new", on_moved, &moved, NULL);
  listen_to (&fixture, "/old");
  UNTIL (moved.unchanged >= 3);
  g_assert_cmpuint (moved.old, ==, 1);
  g_assert_cmpint (fixture.figures[0].state, ==, TF_SOURCE_LIVE);
  g_assert_cmpuint (fixture.signals->len, ==, 0);
  fixture_clear (&fixture);
}

static void
test_address (void)
{
  static const char *const wrong[] = { "", "feed", "ftp://x.example/feed", "http://x.example/feed", "file:///etc/passwd", "javascript:0" };

  g_assert_true (tf_source_check ("feed", "https://x.example/feed", NULL));
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (tf_source_check ("feed", wrong[i], &error));
      g_assert_nonnull (error);
    }
}

#define ADD_ROWS(rows, folder, label, function) \
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) \
    { \
      g_autofree char *path = g_strdup_printf ("/feed/" folder "/%s", label); \
      g_test_add_data_func (path, GUINT_TO_POINTER (i), function); \
    }

static void
test_kept (void)
{
  check_kept ("feed.xml", "feed", check_feed);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/feed/rss", test_rss);
  g_test_add_func ("/feed/atom", test_atom);
  g_test_add_func ("/feed/others", test_others);
  ADD_ROWS (pieces, "html", pieces[i].name, test_html)
  ADD_ROWS (bad, "bad", bad[i].name, test_bad)
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autofree char *path = g_strdup_printf ("/feed/time/%u", i);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_time);
    }
  g_test_add_func ("/feed/large", test_large);
  g_test_add_func ("/feed/mangled", test_mangled);
  g_test_add_func ("/feed/follow", test_follow);
  g_test_add_func ("/feed/published", test_published);
  g_test_add_func ("/feed/since", test_since);
  g_test_add_func ("/feed/trouble", test_trouble);
  g_test_add_func ("/feed/moved", test_moved);
  g_test_add_func ("/feed/address", test_address);
  g_test_add_func ("/feed/kept", test_kept);
  return g_test_run ();
}
