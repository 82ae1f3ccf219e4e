#include "bench-decode.h"

#include <simdjson.h>

#include "io/feeds/json-scan.h"

/* The peer: simdjson on demand, the same fields, decimals by the same exact routine. */

namespace od = simdjson::ondemand;

static od::parser parser;

static guint64
decimal (std::string_view text)
{
  gint64 raw = 0;

  tf_decimal_scan (text.data (), text.size (), &raw, nullptr);
  return (guint64) raw;
}

guint64
bench_simdjson_quote (const char *text,
                      gsize       length,
                      gsize       capacity)
{
  auto document = parser.iterate (text, length, capacity);
  od::object data = document["data"];
  guint64 sum = (guint64) (int64_t (data["u"]) != 0);
  std::string_view symbol = data["s"];

  sum += symbol.size ();
  sum += decimal (data["b"]);
  sum += decimal (data["B"]);
  sum += decimal (data["a"]);
  return sum + decimal (data["A"]);
}

guint64
bench_simdjson_trade (const char *text,
                      gsize       length,
                      gsize       capacity)
{
  auto document = parser.iterate (text, length, capacity);
  od::object data = document["data"];
  std::string_view symbol = data["s"];
  guint64 sum = symbol.size ();

  sum += (guint64) int64_t (data["t"]);
  sum += decimal (data["p"]);
  sum += decimal (data["q"]);
  sum += (guint64) int64_t (data["T"]);
  return sum + bool (data["m"]);
}
