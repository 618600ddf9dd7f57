#include "collector/store/statements.h"

/* The columns of a report in the order of store/row.h. */
#define REPORT_COLUMNS                                                                       \
    "id, state, station, last, span, moment, visited, basis, answers, pseudonym, reporter, " \
    "content_hash, arrived, version, entry, line, note, box"

/* What arrival, report and amendment have in common. */
#define PLAIN_VALUES \
    ":id, :station, :last, :span, :moment, :basis, :answers, :content_hash, :arrived"
#define PLAIN_COLUMNS "id, station, last, span, moment, basis, answers, content_hash, arrived"

/* What the aggregator needs of a published report. */
#define PUBLISHED_COLUMNS "id, station, last, span, basis, answers, reporter, entry"
#define PUBLISHED         "SELECT " PUBLISHED_COLUMNS " FROM report WHERE state = 1"

/* A version of every key that held at the end of :at. */
#define VERSIONS_HELD                                                            \
    "SELECT kind, major, minor, at, body FROM version_key JOIN version"          \
    "  ON version.key = version_key.key"                                         \
    " AND version.at = (SELECT max(at) FROM version AS later"                    \
    "                    WHERE later.key = version_key.key AND later.at <= :at)" \
    " WHERE kind = :kind AND length(body) > 0"

static const char *const texts[STATEMENT_COUNT] = {
    [SQL_BEGIN] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",

    [SQL_FREE_PAGES] = "PRAGMA freelist_count",
    [SQL_SHRINK] = "PRAGMA incremental_vacuum(1024)",
    [SQL_PAGE_SIZE] = "PRAGMA page_size",

    [SQL_STATION_CODES] = "SELECT code, id FROM station_code ORDER BY code",
    [SQL_STATION_CODE_ADD] = "INSERT INTO station_code (code, id) VALUES (:code, :id)",
    [SQL_BASIS_CODES] = "SELECT code, id FROM basis_code ORDER BY code",
    [SQL_BASIS_CODE_ADD] = "INSERT INTO basis_code (code, id) VALUES (:code, :id)",
    [SQL_ANSWER_CODES] = "SELECT code, question, option FROM answer_code ORDER BY code",
    [SQL_ANSWER_CODE_ADD] = "INSERT INTO answer_code (code, question, option)"
                            " VALUES (:code, :question, :option)",

    [SQL_ARRIVAL_ADD] =
        "INSERT INTO arrival (seq, " PLAIN_COLUMNS ", visited, note, box, pseudonym)"
        " VALUES (:seq, " PLAIN_VALUES ", :visited, :note, :box, :pseudonym)",
    [SQL_ARRIVAL_ALL] = "SELECT seq, id, note IS NOT NULL OR visited IS NOT NULL,"
                        " box IS NOT NULL, pseudonym IS NOT NULL FROM arrival",
    [SQL_ARRIVAL_HASH] = "SELECT content_hash, station FROM arrival WHERE seq = :seq",
    [SQL_ARRIVAL_GET] = "SELECT " REPORT_COLUMNS " FROM staged WHERE seq = :seq",
    [SQL_ARRIVAL_MOVE] = "INSERT INTO report (" PLAIN_COLUMNS ", state, reporter, version)"
                         " SELECT " PLAIN_COLUMNS ", 0, :reporter, 1 FROM arrival WHERE seq = :seq",
    [SQL_ARRIVAL_MOVE_WORDS] = "INSERT INTO words (id, note, visited)"
                               " SELECT id, note, visited FROM arrival WHERE seq = :seq",
    [SQL_ARRIVAL_MOVE_BOX] = "INSERT INTO sealed (id, box)"
                             " SELECT id, box FROM arrival WHERE seq = :seq",
    [SQL_ARRIVAL_REPORTER] = "SELECT pseudonym FROM arrival WHERE seq = :seq",
    [SQL_ARRIVAL_DROP] = "DELETE FROM arrival WHERE seq = :seq",
    [SQL_ARRIVAL_DROP_RANGE] = "DELETE FROM arrival WHERE seq > :from AND seq <= :to",
    [SQL_ARRIVAL_DROP_MOVED] =
        "DELETE FROM arrival WHERE EXISTS"
        " (SELECT 1 FROM move WHERE arrival.seq <= move.last AND arrival.id <= move.until)",
    [SQL_MOVE_PUT] = "INSERT OR REPLACE INTO move (only, last, until) VALUES (1, :last, :until)",
    [SQL_MOVE_END] = "DELETE FROM move",

    [SQL_REPORTER_ADD] = "INSERT INTO reporter (pseudonym, reports) VALUES (:pseudonym, 1)",
    [SQL_REPORTER_COUNT] = "UPDATE reporter SET reports = reports + 1 WHERE number = :number",
    [SQL_REPORTER_NUMBER] = "SELECT number FROM reporter WHERE pseudonym = :pseudonym",
    [SQL_REPORTER_RELEASE] = "UPDATE reporter SET reports = reports - 1 WHERE number = :number",
    [SQL_REPORTER_DROP] = "DELETE FROM reporter WHERE number = :number AND reports = 0",

    [SQL_BRIEF] = "SELECT state, station, version, content_hash, reporter FROM report"
                  " WHERE id = :id",
    [SQL_BRIEF_AMENDED] = "SELECT station, version, content_hash, reporter FROM amendment"
                          " WHERE id = :id",
    [SQL_KEPT_GET] = "SELECT " REPORT_COLUMNS " FROM kept WHERE id = :id",
    [SQL_AMENDED_GET] = "SELECT " REPORT_COLUMNS " FROM amended WHERE id = :id",
    [SQL_REPORT_DECIDE] = "UPDATE report SET state = :state, entry = :entry WHERE id = :id",
    [SQL_REPORT_WITHDRAW] =
        "UPDATE report SET state = 4, station = NULL, last = 0, span = 0, moment = NULL,"
        " basis = NULL, answers = NULL, reporter = NULL, entry = :entry, version = :version,"
        " content_hash = :content_hash WHERE id = :id",
    [SQL_WORDS_DROP] = "DELETE FROM words WHERE id = :id",
    [SQL_BOX_DROP] = "DELETE FROM sealed WHERE id = :id",
    [SQL_BOX_EXPIRE] = "UPDATE sealed SET expires = :expires WHERE id = :id",
    [SQL_BOX_SET] = "INSERT INTO sealed (id, box) VALUES (:id, :box)"
                    " ON CONFLICT (id) DO UPDATE SET box = :box",
    [SQL_BOX_PURGE] = "DELETE FROM sealed WHERE expires <= :now",

    [SQL_AMENDMENT_ADD] = "INSERT OR REPLACE INTO amendment (" PLAIN_COLUMNS
                          ", reporter, version, visited, note, box)"
                          " VALUES (" PLAIN_VALUES ", :reporter, :version, :visited, :note, :box)",
    [SQL_AMENDMENT_SETTLE] =
        "INSERT OR REPLACE INTO report (" PLAIN_COLUMNS ", state, reporter, version, entry)"
        " SELECT " PLAIN_COLUMNS ", :state, reporter, version, :entry FROM amendment"
        " WHERE id = :id",
    [SQL_AMENDMENT_SETTLE_WORDS] =
        "INSERT INTO words (id, note, visited) SELECT id, note, visited FROM amendment"
        " WHERE id = :id AND (note IS NOT NULL OR visited IS NOT NULL)",
    [SQL_AMENDMENT_SETTLE_BOX] = "INSERT INTO sealed (id, box) SELECT id, box FROM amendment"
                                 " WHERE id = :id AND box IS NOT NULL",
    [SQL_AMENDMENT_DROP] = "DELETE FROM amendment WHERE id = :id",
    [SQL_AMENDMENT_BOX_SET] = "UPDATE amendment SET box = :box WHERE id = :id",

    [SQL_PENDING_STATIONS] = "SELECT station FROM report WHERE state = 0 AND state <> 1"
                             " UNION ALL SELECT station FROM arrival"
                             " UNION ALL SELECT station FROM amendment",
    [SQL_WITHHELD_SINCE] = "SELECT count(*) FROM report JOIN entry ON entry.number = report.entry"
                           " WHERE report.state = 3 AND report.state <> 1 AND entry.at >= :since",
    [SQL_PUBLISHED_ALL] = PUBLISHED " ORDER BY id",
    [SQL_PUBLISHED_STATION] = PUBLISHED " AND station = :station ORDER BY id",
    /* NOT INDEXED: the order of the table, not of an index and then a sort. */
    [SQL_PUBLISHED_PIECE] = "SELECT " PUBLISHED_COLUMNS " FROM report NOT INDEXED"
                            " WHERE state = 1 AND id > :id ORDER BY id LIMIT :limit",
    [SQL_PUBLISHED_STATION_PIECE] = PUBLISHED " AND station = :station AND (last, id) >"
                                              " (:last, :id) ORDER BY last, id LIMIT :limit",
    [SQL_PUBLISHED_ONE] = PUBLISHED " AND id = :id",

    [SQL_ENTRY_ADD] = "INSERT INTO entry (number, at, digest, line)"
                      " VALUES (:number, :at, :digest, :line)",
    [SQL_ENTRY_NEXT] = "SELECT coalesce(max(number) + 1, 0) FROM entry",
    [SQL_ENTRY_SAME] = "SELECT 1 FROM entry WHERE digest = :digest AND line = :line",
    [SQL_ENTRY_FROM] = "SELECT number, line FROM entry WHERE number >= :from ORDER BY number"
                       " LIMIT :limit",

    [SQL_MODERATOR_ADD] = "INSERT INTO moderator (key, name, added) VALUES (:key, :name, :added)",
    [SQL_MODERATOR_BY_KEY] = "SELECT retired FROM moderator WHERE key = :key",
    [SQL_MODERATOR_BY_NAME] = "SELECT key, retired FROM moderator WHERE name = :name"
                              " ORDER BY retired IS NULL DESC",
    [SQL_MODERATOR_RETIRE] = "UPDATE moderator SET retired = :now WHERE key = :key",
    [SQL_MODERATORS] = "SELECT key, name, added, retired FROM moderator ORDER BY added, key",

    [SQL_NOTICE_ADD] = "INSERT INTO notice (id, added, json) VALUES (:id, :added, :json)",
    [SQL_NOTICE_GET] = "SELECT json FROM notice WHERE id = :id",
    [SQL_NOTICES] = "SELECT json, added FROM notice WHERE added <= :at ORDER BY number",

    [SQL_VERSION_KEY] = "SELECT key FROM version_key"
                        " WHERE kind = :kind AND major = :major AND minor = :minor",
    [SQL_VERSION_KEY_ADD] = "INSERT INTO version_key (kind, major, minor)"
                            " VALUES (:kind, :major, :minor)",
    [SQL_VERSION_LAST] = "SELECT at, body FROM version WHERE key = :key ORDER BY at DESC LIMIT 1",
    [SQL_VERSION_PUT] = "INSERT OR REPLACE INTO version (key, at, body) VALUES (:key, :at, :body)",
    [SQL_VERSIONS] = VERSIONS_HELD " ORDER BY major, minor",
    [SQL_VERSIONS_MAJOR] = VERSIONS_HELD " AND major = :major ORDER BY minor",

    [SQL_SETTING] = "SELECT value FROM setting WHERE name = :name",
    [SQL_SETTING_PUT] = "INSERT OR REPLACE INTO setting (name, value) VALUES (:name, :value)",
};

const char *statement_sql(enum statement statement)
{
    return texts[statement];
}
