#include "moderation/commands/commands.h"
#include "moderation/selecting.h"

#define ONLY(option) (1U << (option))

enum {
    IDS_MAX = 10000,
    WORDS_MAX = 100 /* of a name or a line that was not quoted */
};

#define SIGNS     (NEEDS_SERVER | NEEDS_KEY)
#define OPERATES  (NEEDS_SERVER | NEEDS_OPERATOR)
#define BULK      (SELECTS | ONLY(OPTION_NOTE) | ONLY(OPTION_DRY_RUN) | ONLY(OPTION_LIST))
#define WITH_TEXT (ONLY(OPTION_REASON) | ONLY(OPTION_NOTE))

#define FILTERS_HELP                                                                                                \
    "Filters: --station S · --line L · --flag F (any none repeated hurried burst contradicts\n"                   \
    "past numbers links) · --text T (in the note, the station's name or the id) · --from DAY\n"                   \
    "--to DAY (of the visit; or a month, a year) · --answer QUESTION:OPTION · --changes (what would change its\n" \
    "station's status).\n"
#define DRY_RUN_HELP                                                                       \
    "--dry-run decides nothing: it says how many match, and which stations' statuses an\n" \
    "approval would change. --list FILE keeps the ids for `bulk revert`.\n"

const struct command commands[] = {
    {"approve", "ID… [--hide-note]", "publish reports",
     "Signs and sends one decision a report: it counts, and everybody may read it within a second.\n"
     "With --hide-note the answers count and the note is not shown.\n",
     ONLY(OPTION_HIDE_NOTE) | ONLY(OPTION_NOTE), SIGNS, 1, IDS_MAX, command_approve},
    {"backup", "FILE", "copy the database while the server runs",
     "Streams a snapshot into FILE, which is replaced only when the snapshot is whole. It holds\n"
     "everything but the keys in the server's state folder: copy those too, once.\n",
     0, OPERATES, 1, 1, command_backup},
    {"bulk approve", "[filters] [--hide-note] [--dry-run]", "publish all that a filter finds",
     "One signed entry decides on everything that waits and matches, up to 10,000 at a time; all of\n"
     "it, or nothing.\n" FILTERS_HELP DRY_RUN_HELP,
     BULK | ONLY(OPTION_HIDE_NOTE), SIGNS, 0, 0, command_bulk_approve},
    {"bulk reject", "[filters] --reason CODE [--note TEXT] [--dry-run]",
     "do not use what a filter finds", "CODE as for reject.\n" FILTERS_HELP DRY_RUN_HELP,
     BULK | ONLY(OPTION_REASON), SIGNS, 0, 0, command_bulk_reject},
    {"bulk revert", "ENTRY|FILE", "take a bulk decision back",
     "ENTRY is the number of its entry in the log, which it printed; FILE is what --list FILE kept:\n"
     "the ids, one a line, in order. All of them wait again, or none.\n",
     0, SIGNS, 1, 1, command_bulk_revert},
    {"bulk withhold", "[filters] --reason CODE [--note TEXT] [--dry-run]",
     "keep back what a filter finds", "CODE as for reject.\n" FILTERS_HELP DRY_RUN_HELP,
     BULK | ONLY(OPTION_REASON), SIGNS, 0, 0, command_bulk_withhold},
    {"check", "", "check the database and the log",
     "The server checks its database (reports wait meanwhile); this tool then reads the whole log\n"
     "and checks the form and signature of every decision itself.\n",
     0, OPERATES, 0, 0, command_check},
    {"import", "FILE [--approve]", "bring in reports from a file",
     "FILE is .ndjson (a report a line, as POST /api/v1/reports takes it) or .csv with the columns\n"
     "station, visited and, if wanted, basis, note, private_note, reporter, id, and one named after\n"
     "each question, with the id of an option or nothing. A report without an id gets one made of\n"
     "its content, so importing a file again adds nothing. An export of a server, such as a mirror's\n"
     "export/reports.ndjson, brings back what it published; a report that is there or was withdrawn\n"
     "stays as it is. With --approve what was new or still waits is approved with your key.\n",
     ONLY(OPTION_APPROVE), NEEDS_SERVER, 1, 1, command_import},
    {"key new", "FILE NAME", "make a moderator's key",
     "Writes the secret key to FILE, which only you may read, and prints the public line that the\n"
     "operator gives to `moderator add`. NAME is public: it stands in the log.\n",
     0, 0, 2, WORDS_MAX, command_key_new},
    {"log fetch", "[URL] DIR", "copy the public log into a folder",
     "Everything that `log verify` needs, and SHA256SUMS over it. What is there is not fetched again.\n"
     "A log that does not continue the one in DIR (cut off, a fork, a new log) is refused, and DIR is\n"
     "left as it is.\n",
     0, 0, 1, 2, command_log_fetch},
    {"log prove", "REPORT|CONTENT_HASH [DIR|URL]", "prove that something is in the log",
     "Prints a tlog-proof (c2sp.org/tlog-proof@v1) of the entry that decides on a report last, or\n"
     "of the daily entry that has the digest of the list with the content hash of a receipt. With\n"
     "--json the entry is there too. --log-key is the log's verifier key as you know it.\n",
     ONLY(OPTION_LOG_KEY), 0, 1, 2, command_log_prove},
    {"log redo", "DIR", "decide again what a restored server has forgotten",
     "Reads from a mirror (`log fetch`) what was decided after the backup that was put back, and sends\n"
     "it once more, as it was signed. It names the moderators to be added first, and the reports that\n"
     "their reporters withdrew meanwhile: reject them. --log-key is the log's verifier key as you know\n"
     "it.\n",
     ONLY(OPTION_LOG_KEY), OPERATES, 1, 1, command_log_redo},
    {"log rotate", "[NAME]", "give the log a new key",
     "The new key is named in the log, and the head that does so is signed by both. Where the log\n"
     "cannot be signed on (an older backup was put back, the key is lost) a new log begins, under\n"
     "another name, with an entry that has the digest of the last head of the old one. NAME is how\n"
     "the log is called from then on, such as reports.example.org/decisions.\n",
     0, OPERATES, 0, 1, command_log_rotate},
    {"log verify", "[DIR|URL]", "check the public log and what is published from it",
     "Checks without believing anybody: the signed head and the tree below it, every decision's\n"
     "signature and moderator, the daily lists, that the exported reports are those approved, and\n"
     "that the published statuses follow from them; and says what it did not check. DIR is a copy\n"
     "made by `log fetch`. --log-key is the log's verifier key as you know it.\n",
     ONLY(OPTION_LOG_KEY), 0, 0, 1, command_log_verify},
    {"moderator add", "LINE", "let somebody moderate",
     "LINE is what `key new` printed: ed25519 BASE64 NAME.\n", 0, OPERATES, 1, WORDS_MAX,
     command_moderator_add},
    {"moderator list", "", "who moderates, and who did", "", 0, OPERATES, 0, 0,
     command_moderator_list},
    {"moderator retire", "NAME", "end somebody's moderating",
     "The key decides nothing from now on; what it decided stays valid. It cannot come back.\n", 0,
     OPERATES, 1, WORDS_MAX, command_moderator_retire},
    {"notice add", "FILE", "publish a notice",
     "FILE is JSON: a notice as in schema/notices.json, or an array of them.\n", 0, OPERATES, 1, 1,
     command_notice_add},
    {"purge", "DAYS [--dry-run]", "erase the texts of what was refused long ago",
     "Of every report that was rejected or withheld more than DAYS days ago the notes, the sealed\n"
     "ones too, the pseudonym and the time of day are erased for good; station, day and answers\n"
     "stay. What waits is never purged: decide it first. The log says which reports, and keeps\n"
     "what moderators wrote in it; older backups keep what they have. --dry-run counts only.\n",
     ONLY(OPTION_DRY_RUN), OPERATES, 1, 1, command_purge},
    {"queue", "[filters] [--order use|age] [--limit N]", "what waits, oldest first",
     "N is 1 to 500; 50 if not given. With --order use comes first what would change its station's\n"
     "published status, then what looks wrong, the rest by age.\n" FILTERS_HELP,
     SELECTS | ONLY(OPTION_ORDER) | ONLY(OPTION_LIMIT), NEEDS_SERVER, 0, 0, command_queue},
    {"refit", "", "learn the model anew",
     "Reporters' reliability and the rates of change are learnt from all reports, in the\n"
     "background. /metrics on the socket tells how far it is (zhanji_fit_progress, 0 to 1) and how\n"
     "long the last one took (zhanji_fit_seconds).\n",
     0, OPERATES, 0, 0, command_refit},
    {"reject", "ID… --reason CODE [--note TEXT]", "do not use reports",
     "CODE: duplicate implausible off_topic personal_data spam policy other. implausible means\n"
     "impossible as written, never \"disagrees with others\". TEXT is public; other needs it.\n",
     WITH_TEXT, SIGNS, 1, IDS_MAX, command_reject},
    {"revert", "ID…", "take decisions back",
     "The reports wait again. The decision stays in the log, and this one beside it.\n",
     ONLY(OPTION_NOTE), SIGNS, 1, IDS_MAX, command_revert},
    {"review", "[filters]", "go through the queue with single keys",
     "In the order of use, each with its flags and what approving it would do to its station.\n"
     "a approve · h approve with the note hidden · r reject · w withhold · s skip · u undo · q quit\n" FILTERS_HELP,
     SELECTS, SIGNS, 0, 0, command_review},
    {"show", "ID…", "everything about reports",
     "With --key (or ZHANJI_KEY) a private note is opened here; the server cannot read it.\n", 0,
     NEEDS_SERVER, 1, IDS_MAX, command_show},
    {"stats", "", "the backlog in figures",
     "What waits by use, age and flag, and what was decided in the last days.\n", 0, NEEDS_SERVER,
     0, 0, command_stats},
    {"withhold", "ID… --reason CODE [--note TEXT]", "keep reports, unpublished and uncounted",
     "CODE as for reject. How many are withheld is public.\n", WITH_TEXT, SIGNS, 1, IDS_MAX,
     command_withhold},
};
const size_t commands_count = ARRAY_LENGTH(commands);
