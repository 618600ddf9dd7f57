-- What the log keeps beside its entries (trust §3), so that nothing is hashed or gathered twice.

-- Roots of complete subtrees of 256^level leaves: what the tiles above the leaves are made of.
CREATE TABLE node (
    level INTEGER NOT NULL,      -- 1, 2, …
    number INTEGER NOT NULL,     -- over the leaves number × 256^level and on
    hash BLOB NOT NULL,          -- 32 bytes
    PRIMARY KEY (level, number)
) STRICT, WITHOUT ROWID;

-- The reports that an entry with `reports` and `root` decided.
CREATE TABLE covered (
    entry INTEGER PRIMARY KEY,   -- entry.number
    ids BLOB NOT NULL            -- 16 bytes each, in id order
) STRICT;

-- The content hashes of the reports that arrived on a day: what a `received` entry has the digest of.
CREATE TABLE received (
    day INTEGER PRIMARY KEY,     -- days since 1970-01-01, survey's offset
    hashes BLOB NOT NULL         -- 32 bytes each, in order of value
) STRICT;
