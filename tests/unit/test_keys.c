#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/file.h"
#include "collector/intake/keys.h"

static const char *const file_names[] = {"pseudonym.key", "tracking.key", "commitment.key",
                                         "box.key"};

struct folder {
    char parent[32];
    char state[64];
};

static int folder_setup(void **state)
{
    struct folder *folder = memory_zeroed(1, sizeof *folder);
    memcpy(folder->parent, "/tmp/zhanji-keys-XXXXXX", sizeof "/tmp/zhanji-keys-XXXXXX");
    assert_non_null(mkdtemp(folder->parent));
    snprintf(folder->state, sizeof folder->state, "%s/z.db.state", folder->parent);
    *state = folder;
    return 0;
}

static void file_path(const struct folder *folder, const char *name, char path_out[128])
{
    snprintf(path_out, 128, "%s/%s", folder->state, name);
}

static int folder_teardown(void **state)
{
    struct folder *folder = *state;
    for (size_t i = 0; i < ARRAY_LENGTH(file_names); i++) {
        char path[128];
        file_path(folder, file_names[i], path);
        unlink(path);
    }
    rmdir(folder->state);
    assert_int_equal(rmdir(folder->parent), 0);
    free(folder);
    return 0;
}

static unsigned mode_of(const char *path)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return status.st_mode & 07777;
}

static void load(const struct folder *folder, struct server_keys *keys)
{
    struct error error = {0};
    if (!keys_load(folder->state, keys, &error))
        fail_msg("%s", error.text);
}

static void the_first_start_makes_private_files(void **state)
{
    const struct folder *folder = *state;
    struct server_keys keys;
    assert_false(keys_present(folder->state));
    load(folder, &keys);
    assert_true(keys_present(folder->state));
    assert_int_equal(mode_of(folder->state), 0700);
    for (size_t i = 0; i < ARRAY_LENGTH(file_names); i++) {
        char path[128];
        file_path(folder, file_names[i], path);
        assert_int_equal(mode_of(path), 0600);
    }
}

static void later_starts_load_the_same_keys(void **state)
{
    const struct folder *folder = *state;
    struct server_keys first, second;
    char before[KEYS_FINGERPRINT_TEXT_SIZE], after[KEYS_FINGERPRINT_TEXT_SIZE];
    load(folder, &first);
    load(folder, &second);
    assert_memory_equal(&first, &second, sizeof first);
    keys_fingerprint(&first, before);
    second.tracking[0] ^= 1;
    keys_fingerprint(&second, after);
    assert_string_not_equal(before, after);
}

static void a_folder_or_file_open_to_others_is_refused(void **state)
{
    const struct folder *folder = *state;
    struct server_keys keys;
    struct error error = {0};
    char path[128];
    load(folder, &keys);
    file_path(folder, "tracking.key", path);
    assert_int_equal(chmod(path, 0640), 0);
    assert_false(keys_load(folder->state, &keys, &error));
    assert_non_null(strstr(error.text, "chmod 600"));
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(chmod(folder->state, 0755), 0);
    assert_false(keys_load(folder->state, &keys, &error));
    assert_non_null(strstr(error.text, "chmod 700"));
}

/* Another user's folder: the keys are there, and nobody is to be told to restore a backup. */
static void what_may_not_be_looked_at_is_not_missing(void **state)
{
    enum {
        NOBODY = 65534
    };
    const struct folder *folder = *state;
    bool root = geteuid() == 0;
    struct server_keys keys;
    struct error error = {0};
    load(folder, &keys);
    assert_int_equal(root ? seteuid(NOBODY) : chmod(folder->state, 0), 0);
    bool present = keys_present(folder->state);
    bool loaded = keys_load(folder->state, &keys, &error);
    assert_int_equal(root ? seteuid(0) : chmod(folder->state, 0700), 0);
    assert_true(present);
    assert_false(loaded);
    assert_non_null(strstr(error.text, "Permission denied"));
}

static void a_damaged_key_is_refused_and_left_alone(void **state)
{
    static const char *const damaged[] = {"", "00", "\n",
                                          "zz"
                                          "00000000000000000000000000000000000000000000000000000000"
                                          "000000\n"};
    const struct folder *folder = *state;
    struct server_keys keys;
    char path[128];
    load(folder, &keys);
    file_path(folder, "commitment.key", path);
    for (size_t i = 0; i < ARRAY_LENGTH(damaged); i++) {
        struct error error = {0};
        auto_buffer struct buffer kept = {0};
        assert_true(file_replace(path, damaged[i], strlen(damaged[i]), 0600, &error));
        assert_false(keys_load(folder->state, &keys, &error));
        assert_int_equal(error.kind, ERROR_INVALID);
        assert_true(file_read(path, 1000, &kept, &error));
        assert_int_equal(kept.length, strlen(damaged[i]));
    }
}

static void a_tracking_token_fits_its_report_alone(void **state)
{
    const struct folder *folder = *state;
    struct server_keys keys;
    uint8_t mine[UUID_SIZE] = {1}, other[UUID_SIZE] = {2};
    char token[TRACKING_TEXT_SIZE];
    load(folder, &keys);
    keys_tracking(&keys, mine, token);
    assert_int_equal(strlen(token), 43);
    assert_int_equal(strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                   "0123456789-_"),
                     43);
    assert_true(keys_tracking_matches(&keys, mine, token, 43));
    assert_false(keys_tracking_matches(&keys, other, token, 43));
    assert_false(keys_tracking_matches(&keys, mine, token, 42));
    assert_false(keys_tracking_matches(&keys, mine, "", 0));
    token[42] = token[42] == 'A' ? 'B' : 'A';
    assert_false(keys_tracking_matches(&keys, mine, token, 43));
}

static void a_pseudonym_holds_for_one_survey_and_one_station(void **state)
{
    static const char secret[] = "0123456789abcdefghijkl";
    const struct folder *folder = *state;
    struct server_keys keys;
    uint8_t id[16], same[16], elsewhere[16], shifted[16];
    char here[PSEUDONYM_TEXT_SIZE], there[PSEUDONYM_TEXT_SIZE];
    load(folder, &keys);
    keys_reporter(&keys, "beijing", secret, id);
    keys_reporter(&keys, "beijing", secret, same);
    keys_reporter(&keys, "shanghai", secret, elsewhere);
    keys_reporter(&keys, "beijing0", secret + 1, shifted);
    assert_memory_equal(id, same, sizeof id);
    assert_memory_not_equal(id, elsewhere, sizeof id);
    assert_memory_not_equal(id, shifted, sizeof id);
    keys_pseudonym(&keys, id, "bagou", here);
    keys_pseudonym(&keys, id, "xizhimen", there);
    assert_int_equal(strlen(here), 22);
    assert_string_not_equal(here, there);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_first_start_makes_private_files, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(later_starts_load_the_same_keys, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(a_folder_or_file_open_to_others_is_refused, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(what_may_not_be_looked_at_is_not_missing, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(a_damaged_key_is_refused_and_left_alone, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(a_tracking_token_fits_its_report_alone, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(a_pseudonym_holds_for_one_survey_and_one_station,
                                        folder_setup, folder_teardown),
    };
    struct error error = {0};
    if (!secret_start(&error))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
