"""One-to-one matching of gold and predicted spans that overlap.

Which spans may be matched is decided by the caller through the pairs it gives; what is counted of a match is
`waqai.scoring.tally`'s. All matchings are maximum, so that their size depends neither on the order of the mentions
nor on which side is called gold.
"""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence

Pair = tuple[int, int]


def overlapping_pairs(gold: Sequence[tuple[int, int]], predicted: Sequence[tuple[int, int]]) -> list[Pair]:
    """Return the index pairs of half-open spans that share at least one character.

    >>> overlapping_pairs([(0, 5), (6, 9)], [(4, 7), (9, 12)])
    [(0, 0), (1, 0)]
    """
    starts = sorted(
        [(start, end, 0, i) for i, (start, end) in enumerate(gold)]
        + [(start, end, 1, j) for j, (start, end) in enumerate(predicted)]
    )
    open_spans: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])  # (end, index) of gold, of predicted
    pairs = []
    for start, end, side, index in starts:
        other = open_spans[1 - side]
        other[:] = [item for item in other if item[0] > start]
        pairs += [(index, j) if side == 0 else (j, index) for _, j in other]
        open_spans[side].append((end, index))
    return sorted(pairs)


def maximum_matching(pairs: Sequence[Pair]) -> int:
    """Return the size of a largest one-to-one matching (augmenting paths; Berge 1957).

    >>> maximum_matching([(0, 0), (0, 1), (1, 0)])
    2
    """
    neighbours: defaultdict[int, list[int]] = defaultdict(list)
    for i, j in pairs:
        neighbours[i].append(j)
    gold_of: dict[int, int] = {}
    predicted_of: dict[int, int] = {}
    for root in neighbours:
        came_from: dict[int, int] = {}  # predicted index -> gold index from which it was reached
        queue = deque([root])
        free = None
        while queue and free is None:
            i = queue.popleft()
            for j in neighbours[i]:
                if j in came_from:
                    continue
                came_from[j] = i
                if j not in gold_of:
                    free = j
                    break
                queue.append(gold_of[j])
        while free is not None:
            i = came_from[free]
            gold_of[free], predicted_of[i], free = i, free, predicted_of.get(i)
    return len(gold_of)


def maximum_weight(weights: Mapping[Pair, int]) -> int:
    """Return the largest total weight of a one-to-one matching; absent pairs cannot be matched, weights are >= 0.

    >>> maximum_weight({(0, 0): 3, (0, 1): 2, (1, 0): 2})
    4
    """
    return sum(_assign(component) for component in _components(weights))


def _components(weights: Mapping[Pair, int]) -> list[dict[Pair, int]]:
    """Split the bipartite graph into its connected components, which are almost always a single pair."""
    of_gold: dict[int, set[int]] = defaultdict(set)
    of_predicted: dict[int, set[int]] = defaultdict(set)
    for i, j in weights:
        of_gold[i].add(j)
        of_predicted[j].add(i)
    seen: set[int] = set()
    components = []
    for root in of_gold:
        if root in seen:
            continue
        seen.add(root)
        queue = [root]
        members = []
        while queue:
            i = queue.pop()
            members.append(i)
            reached = {k for j in of_gold[i] for k in of_predicted[j]} - seen
            seen |= reached
            queue += sorted(reached)
        components.append({(i, j): weights[i, j] for i in members for j in of_gold[i]})
    return components


def _assign(weights: Mapping[Pair, int]) -> int:
    """Solve one component by the Hungarian algorithm with potentials (Kuhn 1955; Munkres 1957).

    The rows are the smaller side, filled up with pairs of weight 0, which stand for "not matched".
    """
    if len(weights) == 1:
        return next(iter(weights.values()))
    rows = sorted({i for i, _ in weights})
    columns = sorted({j for _, j in weights})
    cost = [[-weights.get((i, j), 0) for j in columns] for i in rows]
    if len(rows) > len(columns):
        cost = [list(column) for column in zip(*cost, strict=True)]
    num_rows, num_columns = len(cost), len(cost[0])
    row_potential = [0] * (num_rows + 1)
    column_potential = [0] * (num_columns + 1)
    row_of = [0] * (num_columns + 1)  # the row matched to each column; row and column 0 are sentinels
    for row in range(1, num_rows + 1):
        row_of[0] = row
        column = 0
        slack: list[float] = [float("inf")] * (num_columns + 1)
        previous = [0] * (num_columns + 1)
        used = [False] * (num_columns + 1)
        while row_of[column]:
            used[column] = True
            current = row_of[column]
            delta, nearest = float("inf"), 0
            for k in range(1, num_columns + 1):
                if used[k]:
                    continue
                reduced = cost[current - 1][k - 1] - row_potential[current] - column_potential[k]
                if reduced < slack[k]:
                    slack[k], previous[k] = reduced, column
                if slack[k] < delta:
                    delta, nearest = slack[k], k
            for k in range(num_columns + 1):
                if used[k]:
                    row_potential[row_of[k]] += int(delta)
                    column_potential[k] -= int(delta)
                else:
                    slack[k] -= delta
            column = nearest
        while column:
            row_of[column] = row_of[previous[column]]
            column = previous[column]
    return -sum(cost[row_of[k] - 1][k - 1] for k in range(1, num_columns + 1) if row_of[k])
