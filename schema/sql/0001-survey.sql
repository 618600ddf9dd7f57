-- The whole database of a survey. One process holds it (design §2); every table is STRICT.
-- Codes: stations, bases and answers are interned as small numbers in the order of their first use,
-- so that a report row stays small; the program maps them to the survey's indices when it opens.

CREATE TABLE setting (
    name TEXT PRIMARY KEY,    -- "survey", "utc_offset", and the program's own
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE station_code (
    code INTEGER PRIMARY KEY, -- 1, 2, …: what reports hold
    id TEXT NOT NULL UNIQUE   -- station id of the catalogue
) STRICT;

CREATE TABLE basis_code (
    code INTEGER PRIMARY KEY, -- 1, 2, …
    id TEXT NOT NULL UNIQUE   -- basis id of the survey
) STRICT;

CREATE TABLE answer_code (
    code INTEGER PRIMARY KEY, -- 1, 2, …: one byte each in `answers` up to 127
    question TEXT NOT NULL,   -- question id of the survey
    option TEXT NOT NULL,     -- option id of that question
    UNIQUE (question, option)
) STRICT;

-- Reporters who gave a pseudonym. Numbered when a report reaches the main table, in id order, so
-- that the numbers tell no order of arrival; a number is never used again.
CREATE TABLE reporter (
    number INTEGER PRIMARY KEY AUTOINCREMENT, -- 1, 2, …
    pseudonym BLOB NOT NULL UNIQUE,           -- 16 bytes: keyed hash of the reporter's secret
    reports INTEGER NOT NULL                  -- rows that refer to it; gone at 0
) STRICT;

-- Staging (trust §4): new reports by ascending key, moved to `report` in id order within the hour.
CREATE TABLE arrival (
    seq INTEGER PRIMARY KEY,     -- order of arrival, from 1 whenever the table was empty
    id BLOB NOT NULL,            -- as in report, like all that follows
    station INTEGER NOT NULL,
    last INTEGER NOT NULL,
    span INTEGER NOT NULL,
    moment INTEGER,
    visited TEXT,                -- as in words
    basis INTEGER NOT NULL,
    answers BLOB NOT NULL,
    pseudonym BLOB,              -- as in reporter; NULL for the unnamed
    content_hash BLOB NOT NULL,
    arrived INTEGER NOT NULL,
    note TEXT,                   -- as in words
    box BLOB                     -- as in sealed
) STRICT;

-- The move that goes on: copying in id order, then dropping in order of arrival, each by pieces.
CREATE TABLE move (
    only INTEGER PRIMARY KEY CHECK (only = 1), -- there is one at most
    last INTEGER NOT NULL,       -- it takes the reports with a seq up to this one
    until BLOB NOT NULL          -- those up to this id are in `report` already
) STRICT;

-- Reports. A withdrawn one keeps id, state, content_hash, arrived, version and entry; the rest is
-- NULL or 0.
CREATE TABLE report (
    id BLOB PRIMARY KEY,         -- 16 bytes
    state INTEGER NOT NULL,      -- 0 pending, 1 approved, 2 rejected, 3 withheld, 4 withdrawn
    station INTEGER,             -- station_code
    last INTEGER,                -- last day the visit may mean: days since 1970-01-01, survey's offset
    span INTEGER,                -- days from its first day to its last
    moment INTEGER,              -- clock time in the first day, 8 × seconds + form (store/visit.c);
                                 -- NULL for a day, month or year
    basis INTEGER,               -- basis_code
    answers BLOB,                -- answer_codes, LEB128 each, in survey order
    reporter INTEGER,            -- reporter.number; NULL for the unnamed
    content_hash BLOB NOT NULL,  -- 32 bytes (design §5)
    arrived INTEGER NOT NULL,    -- hours since 1970
    version INTEGER NOT NULL,    -- 1, and one more with every amendment
    entry INTEGER                -- entry.number of what decided it; NULL while undecided
) STRICT, WITHOUT ROWID;

-- Every report is in exactly one of these two.
CREATE INDEX report_published ON report (station, last, id) WHERE state = 1;
CREATE INDEX report_other ON report (state, arrived, id, station) WHERE state <> 1;

-- Texts of those reports in `report` that have any.
CREATE TABLE words (
    id BLOB PRIMARY KEY,         -- report.id
    note TEXT,                   -- the public note
    visited TEXT                 -- `visited` as sent, where last, span and moment do not give it back
) STRICT, WITHOUT ROWID;

-- Sealed private notes of those reports in `report` that have one.
CREATE TABLE sealed (
    id BLOB PRIMARY KEY,         -- report.id
    expires INTEGER,             -- Unix seconds, 90 days after the decision; NULL while undecided
    box BLOB NOT NULL            -- made and opened elsewhere (collector/intake)
) STRICT;
CREATE INDEX sealed_expires ON sealed (expires) WHERE expires IS NOT NULL;

-- Amended versions that wait while the approved one in `report` still stands.
CREATE TABLE amendment (
    id BLOB PRIMARY KEY,         -- as in report, like all that follows
    station INTEGER NOT NULL,
    last INTEGER NOT NULL,
    span INTEGER NOT NULL,
    moment INTEGER,
    basis INTEGER NOT NULL,
    answers BLOB NOT NULL,
    reporter INTEGER,
    content_hash BLOB NOT NULL,
    arrived INTEGER NOT NULL,
    version INTEGER NOT NULL,
    visited TEXT,                -- as in words
    note TEXT,                   -- as in words
    box BLOB                     -- as in sealed
) STRICT, WITHOUT ROWID;

-- The log (trust §2), from the first decision on.
CREATE TABLE entry (
    number INTEGER PRIMARY KEY,  -- 0, 1, …
    at INTEGER NOT NULL,         -- Unix seconds, as in the line
    digest INTEGER NOT NULL,     -- first 8 bytes of the line's SHA-256, to find it again
    line TEXT NOT NULL           -- the exact bytes, without a newline
) STRICT;
CREATE INDEX entry_digest ON entry (digest);

CREATE TABLE moderator (
    key BLOB PRIMARY KEY,        -- Ed25519 public key, 32 bytes
    name TEXT NOT NULL,          -- unique among the active
    added INTEGER NOT NULL,      -- Unix seconds
    retired INTEGER              -- Unix seconds; NULL while active
) STRICT, WITHOUT ROWID;

CREATE TABLE notice (
    number INTEGER PRIMARY KEY,  -- order of adding
    id TEXT NOT NULL UNIQUE,
    added INTEGER NOT NULL,      -- Unix seconds
    json TEXT NOT NULL           -- as the operator gave it
) STRICT;

-- What was published when (transaction time): a body holds from its `at` until the next one.
CREATE TABLE version_key (
    key INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,          -- "model", "knots", "state", …: the publisher's own
    major INTEGER NOT NULL,
    minor INTEGER NOT NULL,
    UNIQUE (kind, major, minor)
) STRICT;

CREATE TABLE version (
    key INTEGER NOT NULL,        -- version_key.key
    at INTEGER NOT NULL,         -- Unix seconds of the publication
    body BLOB NOT NULL,          -- the publisher's own form; empty: nothing held from then on
    PRIMARY KEY (key, at)
) STRICT;

-- One shape for a report wherever it is (store/row.h).
CREATE VIEW kept AS
    SELECT report.id, state, station, last, span, moment, words.visited AS visited, basis, answers,
           reporter.pseudonym AS pseudonym, report.reporter AS reporter, content_hash, arrived,
           version, entry, entry.line AS line, words.note AS note, sealed.box AS box
      FROM report
      LEFT JOIN words ON words.id = report.id
      LEFT JOIN sealed ON sealed.id = report.id
      LEFT JOIN reporter ON reporter.number = report.reporter
      LEFT JOIN entry ON entry.number = report.entry;

CREATE VIEW staged AS
    SELECT id, 0 AS state, station, last, span, moment, visited, basis, answers, pseudonym,
           NULL AS reporter, content_hash, arrived, 1 AS version, NULL AS entry, NULL AS line, note,
           box, seq
      FROM arrival;

CREATE VIEW amended AS
    SELECT id, 0 AS state, station, last, span, moment, visited, basis, answers,
           reporter.pseudonym AS pseudonym, amendment.reporter AS reporter, content_hash, arrived,
           version, NULL AS entry, NULL AS line, note, box
      FROM amendment
      LEFT JOIN reporter ON reporter.number = amendment.reporter;
