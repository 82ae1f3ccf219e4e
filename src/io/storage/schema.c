#include "io/storage/schema.h"

#include "io/storage/database.h"

/* The migrations, oldest first: number n leads from version n to n + 1. What has been released is never edited, only
 * followed by another.
 *
 * Money, prices and quantities are INTEGER in 1e-8, times INTEGER in nanoseconds since 1970-01-01 UTC. REAL is statistics
 * only; NULL there is “not a number”.
 *
 * The journal takes the next sequence number and nothing else. That alone refuses INSERT OR REPLACE, too, since
 * a number that exists is never the next one; no connection has to be told to be careful. */
#define VOTER_STATE \
  " pnl INTEGER NOT NULL DEFAULT 0," \
  " closed_pnl INTEGER NOT NULL DEFAULT 0," \
  " trades INTEGER NOT NULL DEFAULT 0," \
  " wins INTEGER NOT NULL DEFAULT 0," \
  " proposals INTEGER NOT NULL DEFAULT 0," \
  " resolved INTEGER NOT NULL DEFAULT 0," \
  " mean_outcome REAL," \
  " recent_outcome REAL," \
  " weight REAL," \
  " weight_sd REAL," \
  " effect REAL," \
  " effect_sd REAL," \
  " stance REAL," \
  " state TEXT NOT NULL DEFAULT 'active'," \
  " last_time INTEGER NOT NULL DEFAULT 0," \
  " last_instrument INTEGER NOT NULL DEFAULT -1," \
  " last_side INTEGER NOT NULL DEFAULT 0," \
  " signals INTEGER NOT NULL DEFAULT 0"

static const char *const migrations[] = {
  "CREATE TABLE meta ("
  " key TEXT PRIMARY KEY,"
  " value TEXT NOT NULL) STRICT, WITHOUT ROWID;"

  "CREATE TABLE configuration ("
  " id INTEGER PRIMARY KEY CHECK (id = 1),"
  " market TEXT NOT NULL,"
  " simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)),"
  " interval INTEGER NOT NULL CHECK (interval > 0),"
  " seed INTEGER NOT NULL) STRICT;"

  "CREATE TABLE session ("
  " id INTEGER PRIMARY KEY CHECK (id = 1),"
  " market TEXT NOT NULL,"
  " description TEXT NOT NULL,"
  " data TEXT NOT NULL,"
  " signals TEXT NOT NULL,"
  " seed INTEGER NOT NULL,"
  " interval INTEGER NOT NULL,"
  " from_time INTEGER NOT NULL,"
  " to_time INTEGER NOT NULL,"
  " speed REAL NOT NULL,"
  " started INTEGER NOT NULL,"
  " finished INTEGER NOT NULL CHECK (finished IN (0, 1))) STRICT;"

  "CREATE TABLE instruments ("
  " ordinal INTEGER PRIMARY KEY,"
  " symbol TEXT NOT NULL UNIQUE,"
  " tick INTEGER NOT NULL CHECK (tick > 0),"
  " lot INTEGER NOT NULL CHECK (lot > 0),"
  " min_notional INTEGER NOT NULL,"
  " maker_ppm INTEGER NOT NULL,"
  " taker_ppm INTEGER NOT NULL,"
  " spread_ppm INTEGER NOT NULL,"
  " aliases TEXT NOT NULL,"
  " last INTEGER NOT NULL DEFAULT 0,"
  " bid INTEGER NOT NULL DEFAULT 0,"
  " ask INTEGER NOT NULL DEFAULT 0,"
  " day_open INTEGER NOT NULL DEFAULT 0,"
  " time INTEGER NOT NULL DEFAULT 0,"
  " volatility REAL,"
  " trend_up REAL,"
  " trend_down REAL,"
  " range REAL,"
  " turbulent REAL) STRICT;"

  "CREATE TABLE paper_trading_accounts ("
  " id TEXT PRIMARY KEY,"
  " ordinal INTEGER NOT NULL UNIQUE,"
  " title TEXT NOT NULL,"
  " capital INTEGER NOT NULL CHECK (capital > 0),"
  " threshold REAL NOT NULL,"
  " multiplier REAL NOT NULL,"
  " leverage REAL NOT NULL,"
  " exploration REAL NOT NULL,"
  " long_only INTEGER NOT NULL CHECK (long_only IN (0, 1)),"
  " limits TEXT NOT NULL,"
  " equity INTEGER NOT NULL DEFAULT 0,"
  " cash INTEGER NOT NULL DEFAULT 0,"
  " realized INTEGER NOT NULL DEFAULT 0,"
  " unrealized INTEGER NOT NULL DEFAULT 0,"
  " fees INTEGER NOT NULL DEFAULT 0,"
  " day_start INTEGER NOT NULL DEFAULT 0,"
  " peak INTEGER NOT NULL DEFAULT 0,"
  " drawdown REAL,"
  " max_drawdown REAL,"
  " governor REAL,"
  " gross REAL,"
  " net REAL,"
  " var REAL,"
  " daily_loss REAL,"
  " gap REAL,"
  " state TEXT NOT NULL DEFAULT 'active',"
  " positions INTEGER NOT NULL DEFAULT 0,"
  " bars INTEGER NOT NULL DEFAULT 0,"
  " mean REAL,"
  " m2 REAL,"
  " downside2 REAL,"
  " gains REAL,"
  " losses REAL,"
  " trades INTEGER NOT NULL DEFAULT 0,"
  " wins INTEGER NOT NULL DEFAULT 0,"
  " first INTEGER NOT NULL DEFAULT 0,"
  " last INTEGER NOT NULL DEFAULT 0) STRICT;"

  /* Pairs of time and equity, both int64 little endian. */
  "CREATE TABLE equity_curves ("
  " account TEXT PRIMARY KEY REFERENCES paper_trading_accounts (id),"
  " step INTEGER NOT NULL,"
  " skip INTEGER NOT NULL,"
  " points BLOB NOT NULL) STRICT, WITHOUT ROWID;"

  "CREATE TABLE ai_trading_bots ("
  " id TEXT PRIMARY KEY,"
  " ordinal INTEGER NOT NULL UNIQUE,"
  " title TEXT NOT NULL,"
  " reason TEXT NOT NULL,"
  " strategy TEXT NOT NULL,"
  " account TEXT NOT NULL REFERENCES paper_trading_accounts (id),"
  " params TEXT NOT NULL,"      /* as configured */
  " live_params TEXT NOT NULL," /* as set since */
  VOTER_STATE ") STRICT;"

  "CREATE TABLE traders ("
  " id TEXT PRIMARY KEY,"
  " ordinal INTEGER NOT NULL UNIQUE,"
  " name TEXT NOT NULL,"
  " known_for TEXT NOT NULL,"
  " grade TEXT NOT NULL,"
  " trust_mean REAL NOT NULL,"
  " trust_sd REAL NOT NULL," VOTER_STATE ") STRICT;"

  "CREATE TABLE trader_follows ("
  " trader TEXT NOT NULL REFERENCES traders (id),"
  " account TEXT NOT NULL REFERENCES paper_trading_accounts (id),"
  " configured INTEGER NOT NULL,"
  " following INTEGER NOT NULL,"
  " PRIMARY KEY (trader, account)) STRICT, WITHOUT ROWID;"

  "CREATE TABLE positions ("
  " account TEXT NOT NULL REFERENCES paper_trading_accounts (id),"
  " voter TEXT NOT NULL,"
  " instrument TEXT NOT NULL REFERENCES instruments (symbol),"
  " quantity INTEGER NOT NULL,"
  " cost INTEGER NOT NULL,"
  " value INTEGER NOT NULL,"
  " stop INTEGER NOT NULL,"
  " target INTEGER NOT NULL,"
  " opened INTEGER NOT NULL,"
  " PRIMARY KEY (account, voter, instrument)) STRICT, WITHOUT ROWID;"

  "CREATE TABLE trader_holdings ("
  " trader TEXT NOT NULL REFERENCES traders (id),"
  " instrument TEXT NOT NULL REFERENCES instruments (symbol),"
  " quantity INTEGER NOT NULL,"
  " PRIMARY KEY (trader, instrument)) STRICT, WITHOUT ROWID;"

  "CREATE TABLE alerts ("
  " account TEXT NOT NULL,"
  " kind INTEGER NOT NULL,"
  " id INTEGER NOT NULL,"
  " time INTEGER NOT NULL,"
  " severity INTEGER NOT NULL,"
  " value REAL,"
  " lim REAL,"
  " acknowledged INTEGER NOT NULL,"
  " PRIMARY KEY (account, kind)) STRICT, WITHOUT ROWID;"

  "CREATE TABLE totals ("
  " id INTEGER PRIMARY KEY CHECK (id = 1),"
  " seq INTEGER NOT NULL,"
  " head BLOB NOT NULL CHECK (length (head) = 32),"
  " time INTEGER NOT NULL,"
  " events INTEGER NOT NULL,"
  " bars INTEGER NOT NULL,"
  " signals INTEGER NOT NULL,"
  " orders INTEGER NOT NULL,"
  " fills INTEGER NOT NULL,"
  " open_proposals INTEGER NOT NULL,"
  " open_orders INTEGER NOT NULL,"
  " state TEXT NOT NULL,"
  " verdicts TEXT NOT NULL) STRICT;"

  "CREATE TABLE checkpoint ("
  " id INTEGER PRIMARY KEY CHECK (id = 1),"
  " seq INTEGER NOT NULL,"
  " head BLOB NOT NULL CHECK (length (head) = 32),"
  " events INTEGER NOT NULL,"
  " state BLOB NOT NULL) STRICT;"

  /* Of a live market, which gives nothing twice: the events since the checkpoint, in the order in which they were taken in. */
  "CREATE TABLE market_inputs ("
  " id INTEGER PRIMARY KEY,"
  " events BLOB NOT NULL) STRICT;"

  "CREATE TABLE command_inbox ("
  " id INTEGER PRIMARY KEY AUTOINCREMENT,"
  " time INTEGER NOT NULL,"
  " type INTEGER NOT NULL,"
  " account INTEGER NOT NULL,"
  " voter INTEGER NOT NULL,"
  " param INTEGER NOT NULL,"
  " value REAL NOT NULL) STRICT;"

  "CREATE TABLE market_data_cache ("
  " symbol TEXT NOT NULL,"
  " interval INTEGER NOT NULL,"
  " time INTEGER NOT NULL,"
  " open INTEGER NOT NULL,"
  " high INTEGER NOT NULL,"
  " low INTEGER NOT NULL,"
  " close INTEGER NOT NULL,"
  " volume INTEGER NOT NULL,"
  " PRIMARY KEY (symbol, interval, time)) STRICT, WITHOUT ROWID;"

  "CREATE TABLE comprehensive_audit ("
  " seq INTEGER PRIMARY KEY,"
  " time INTEGER NOT NULL,"
  " cause INTEGER NOT NULL,"
  " kind TEXT NOT NULL,"
  " code INTEGER NOT NULL,"
  " account TEXT NOT NULL,"
  " origin TEXT NOT NULL,"
  " instrument TEXT NOT NULL,"
  " reason TEXT NOT NULL,"
  " ref INTEGER NOT NULL,"
  " price INTEGER NOT NULL,"
  " quantity INTEGER NOT NULL,"
  " amount INTEGER NOT NULL,"
  " fee INTEGER NOT NULL,"
  " value INTEGER NOT NULL,"
  " lim INTEGER NOT NULL,"
  " text TEXT NOT NULL,"
  " hash BLOB NOT NULL CHECK (length (hash) = 32)) STRICT;"
  "CREATE INDEX comprehensive_audit_kind ON comprehensive_audit (kind, seq);"

  "CREATE TABLE journal_head ("
  " id INTEGER PRIMARY KEY CHECK (id = 1),"
  " seq INTEGER NOT NULL,"
  " hash BLOB NOT NULL CHECK (length (hash) = 32)) STRICT;"
  "INSERT INTO journal_head VALUES (1, 0, zeroblob (32));"

  "CREATE TRIGGER comprehensive_audit_next BEFORE INSERT ON comprehensive_audit"
  " WHEN NEW.seq IS NOT (SELECT coalesce (max (seq), 0) + 1 FROM comprehensive_audit)"
  " BEGIN SELECT raise (ABORT, 'an audit entry that is not the next one'); END;"
  "CREATE TRIGGER comprehensive_audit_fixed BEFORE UPDATE ON comprehensive_audit"
  " BEGIN SELECT raise (ABORT, 'a change of an audit entry'); END;"
  "CREATE TRIGGER comprehensive_audit_kept BEFORE DELETE ON comprehensive_audit"
  " BEGIN SELECT raise (ABORT, 'a removal of an audit entry'); END;"
  "CREATE TRIGGER journal_head_forward BEFORE UPDATE ON journal_head WHEN NEW.seq < OLD.seq"
  " BEGIN SELECT raise (ABORT, 'a journal head that goes back'); END;"
  "CREATE TRIGGER journal_head_kept BEFORE DELETE ON journal_head"
  " BEGIN SELECT raise (ABORT, 'a removal of the journal head'); END;",

  "CREATE TABLE trader_sources ("
  " id INTEGER PRIMARY KEY AUTOINCREMENT,"
  " name TEXT NOT NULL,"
  " kind TEXT NOT NULL,"
  " address TEXT NOT NULL,"
  " endpoint TEXT,"
  " contact TEXT,"
  " enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),"
  " UNIQUE (name, kind, address)) STRICT;"

  "CREATE TABLE source_evidence ("
  " hash TEXT PRIMARY KEY,"
  " time INTEGER NOT NULL,"
  " raw BLOB NOT NULL) STRICT, WITHOUT ROWID;",

  "CREATE TABLE track_records ("
  " voter TEXT PRIMARY KEY,"
  " signals INTEGER NOT NULL,"
  " resolved INTEGER NOT NULL,"
  " wins INTEGER NOT NULL,"
  " owned INTEGER NOT NULL,"
  " mean REAL,"
  " m2 REAL,"
  " own REAL,"
  " reached REAL,"
  " recent REAL,"
  " total REAL,"
  " peak REAL,"
  " drawdown REAL,"
  " holding_seconds REAL,"
  " open REAL) STRICT, WITHOUT ROWID;"

  "CREATE TABLE copy_gaps ("
  " trader TEXT NOT NULL,"
  " account TEXT NOT NULL,"
  " leader INTEGER NOT NULL,"
  " copy INTEGER NOT NULL,"
  " sizing INTEGER NOT NULL,"
  " rounding INTEGER NOT NULL,"
  " skipped INTEGER NOT NULL,"
  " delay INTEGER NOT NULL,"
  " slippage INTEGER NOT NULL,"
  " fees INTEGER NOT NULL,"
  " funding INTEGER NOT NULL,"
  " PRIMARY KEY (trader, account)) STRICT, WITHOUT ROWID;",

  /* Only what differs from the default. */
  "CREATE TABLE copy_policies ("
  " trader TEXT NOT NULL REFERENCES traders (id),"
  " account TEXT NOT NULL REFERENCES paper_trading_accounts (id),"
  " field TEXT NOT NULL,"
  " configured REAL,"
  " value REAL,"                /* as set since */
  " PRIMARY KEY (trader, account, field)) STRICT, WITHOUT ROWID;"

  "ALTER TABLE trader_follows ADD COLUMN state TEXT NOT NULL DEFAULT 'active';"
  "ALTER TABLE trader_follows ADD COLUMN pnl INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE trader_follows ADD COLUMN static_use REAL;"
  "ALTER TABLE trader_follows ADD COLUMN trailing_use REAL;",

  /* Up to when the source was heard; 0: nobody has listened since it was set up or switched on. */
  "ALTER TABLE trader_sources ADD COLUMN heard INTEGER NOT NULL DEFAULT 0;",
};

G_STATIC_ASSERT (G_N_ELEMENTS (migrations) == TF_SCHEMA_VERSION);

/**
 * tf_schema_migrate:
 * @version: of the database now; 0: a new one
 *
 * Brings it to %TF_SCHEMA_VERSION, each step in a transaction of its own.
 */
gboolean
tf_schema_migrate (sqlite3 *db,
                   gint64   version,
                   GError **error)
{
  for (gint64 i = version; i < TF_SCHEMA_VERSION; i++)
    {
      g_autofree char *mark = g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %d",
                                               TF_SCHEMA_APPLICATION, (int) i + 1);

      if (!tf_db_begin (db, error))
        return FALSE;
      if (!tf_db_end (db, tf_db_exec (db, migrations[i], error) && tf_db_exec (db, mark, error), error))
        return FALSE;
    }
  return TRUE;
}
