/*
 * Writes files as a C table of struct embedded_file (collector/base/file.h), at build time:
 * embed OUTPUT SYMBOL ROOT FILE… makes `const struct embedded_file SYMBOL[]` and `SYMBOL_count`;
 * paths are kept relative to ROOT.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void stop(const char *what, const char *path)
{
    fprintf(stderr, "embed: cannot %s %s\n", what, path);
    exit(1);
}

static size_t write_bytes(FILE *output, const char *path)
{
    FILE *input = fopen(path, "rb");
    if (input == NULL)
        stop("read", path);
    size_t length = 0;
    for (int byte = fgetc(input); byte != EOF; byte = fgetc(input)) {
        fprintf(output, "%s0x%02x,", length % 20 == 0 ? "\n" : "", (unsigned)byte);
        length++;
    }
    fclose(input);
    return length;
}

static const char *below(const char *root, const char *path)
{
    size_t length = strlen(root);
    if (strncmp(path, root, length) != 0 || path[length] != '/')
        stop("place below its root", path);
    return path + length + 1;
}

int main(int argc, char **argv)
{
    if (argc < 4)
        stop("find its arguments:", "OUTPUT SYMBOL ROOT FILE…");
    FILE *output = fopen(argv[1], "wb");
    if (output == NULL)
        stop("write", argv[1]);
    const char *symbol = argv[2];
    int count = argc - 4;
    size_t *lengths = calloc((size_t)count + 1, sizeof *lengths);
    if (lengths == NULL)
        stop("hold", argv[1]);
    fprintf(output, "#include \"collector/base/file.h\"\n");
    for (int i = 0; i < count; i++) {
        fprintf(output, "static const unsigned char file_%d[] = {", i);
        lengths[i] = write_bytes(output, argv[4 + i]);
        fprintf(output, "0};\n");
    }
    fprintf(output,
            "extern const struct embedded_file %s[];\nextern const size_t %s_count;\n"
            "const struct embedded_file %s[] = {\n",
            symbol, symbol, symbol);
    for (int i = 0; i < count; i++)
        fprintf(output, "{\"%s\", (const char *)file_%d, %zu},\n", below(argv[3], argv[4 + i]), i,
                lengths[i]);
    fprintf(output, "{0, 0, 0}};\nconst size_t %s_count = %d;\n", symbol, count);
    free(lengths);
    if (fclose(output) != 0)
        stop("finish", argv[1]);
    return 0;
}
