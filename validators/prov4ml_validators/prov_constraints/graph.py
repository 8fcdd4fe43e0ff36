"""Strongly connected components (Tarjan 1972), without recursion: the graphs are as large as documents."""

from collections.abc import Sequence


def strongly_connected(edges: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return the strongly connected components of a graph, a component after all that can be reached from it.

    Args:
        edges: for each node the nodes that it leads to.
    """
    count = len(edges)
    order = [0] * count  # 0 is not seen yet
    low = [0] * count
    done = bytearray(count)
    counter = 0
    stack: list[int] = []
    components: list[list[int]] = []
    for root in range(count):
        if order[root]:
            continue
        counter += 1
        order[root] = low[root] = counter
        stack.append(root)
        path = [(root, iter(edges[root]))]
        while path:
            node, rest = path[-1]
            lowest = low[node]
            for after in rest:
                seen = order[after]
                if not seen:
                    low[node] = lowest
                    counter += 1
                    order[after] = low[after] = counter
                    stack.append(after)
                    path.append((after, iter(edges[after])))
                    break
                if seen < lowest and not done[after]:
                    lowest = seen
            else:
                path.pop()
                low[node] = lowest
                if path and lowest < low[path[-1][0]]:
                    low[path[-1][0]] = lowest
                if lowest == order[node]:
                    component = [stack.pop()]
                    while component[-1] != node:
                        component.append(stack.pop())
                    for one in component:
                        done[one] = 1
                    components.append(component)
    return components
