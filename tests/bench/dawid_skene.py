"""Static Dawid-Skene in plain numpy, for the speed of one label in one iteration.

    python3 tests/bench/dawid_skene.py FILE.csv [ITERATIONS]
"""
import csv
import sys
import time

import numpy


def load(path):
    with open(path, newline="") as file:
        rows = [(row["item"], row["reporter"], row["answer"]) for row in csv.DictReader(file)]
    columns = []
    for column in zip(*rows):
        names, numbers = numpy.unique(column, return_inverse=True)
        columns.append((len(names), numbers))
    return columns


def iterate(items, reporters, answers, posterior):
    """One M and one E step; each argument is (how many, the column)."""
    options = answers[0]
    cell = reporters[1] * options + answers[1]
    size = reporters[0] * options
    counts = numpy.stack(
        [numpy.bincount(cell, posterior[items[1], k], size) for k in range(options)], axis=1
    ) + 0.01
    by_class = counts.reshape(reporters[0], options, options)
    log_chance = numpy.log(by_class / by_class.sum(axis=1, keepdims=True)).reshape(size, options)
    evidence = numpy.stack(
        [numpy.bincount(items[1], log_chance[cell, k], items[0]) for k in range(options)], axis=1
    ) + numpy.log(posterior.mean(axis=0))
    evidence = numpy.exp(evidence - evidence.max(axis=1, keepdims=True))
    return evidence / evidence.sum(axis=1, keepdims=True)


def main():
    items, reporters, answers = load(sys.argv[1])
    iterations = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    labels = len(items[1])
    votes = numpy.bincount(items[1] * answers[0] + answers[1], minlength=items[0] * answers[0])
    posterior = votes.reshape(items[0], answers[0]).astype(float)
    posterior /= posterior.sum(axis=1, keepdims=True)
    start = time.process_time()
    for _ in range(iterations):
        posterior = iterate(items, reporters, answers, posterior)
    spent = time.process_time() - start
    print(f"numpy Dawid-Skene: {spent / iterations / labels * 1e9:.0f} ns a label and iteration (CPU)")


main()
