"""Where boxes and arrows come to stand."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from fraudc.show.drawing import Arrow, Drawing, Group, Node, logical, physical
from fraudc.show.layout import LONGEST, Box, Layout, place
from fraudc.show.model import PlanView


def overlap(one: Box, other: Box) -> bool:
    across = one.x < other.x + other.width and other.x < one.x + one.width
    return across and one.y < other.y + other.height and other.y < one.y + one.height


def sound(layout: Layout) -> None:
    for one, other in combinations(layout.boxes, 2):
        assert not overlap(one, other), (one.node.id, other.node.id)
    for box in layout.boxes:
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= layout.width
        assert box.y + box.height <= layout.height


def test_boxes_of_the_shop_stand_apart_and_inside(shop: PlanView) -> None:
    sound(place(logical(shop)))
    sound(place(physical(shop.job)))


def test_solid_arrows_run_from_left_to_right(shop: PlanView) -> None:
    for route in place(physical(shop.job)).routes:
        xs = [x for x, _ in route.points]
        assert xs == sorted(xs)


def test_an_arrow_that_skips_a_layer_passes_beside_its_boxes(shop: PlanView) -> None:
    layout = place(physical(shop.job))
    route = next(route for route in layout.routes if (route.arrow.source, route.arrow.target) == ("op-split", "op-alerts"))
    for box in layout.boxes:
        inside = [(x, y) for x, y in route.points[1:-1] if box.x <= x <= box.x + box.width and box.y < y < box.y + box.height]
        assert inside == [], box.node.id


def test_borrowed_members_do_not_move_a_window_to_another_layer(shop: PlanView) -> None:
    windows = {box.x for box in place(logical(shop)).boxes if box.node.kind == "window"}
    assert len(windows) == 1


def test_long_lines_are_cut_in_the_box_only() -> None:
    node = Node("a", "window", ("x" * 100,))
    (box,) = place(Drawing((Group("g", "g", (node,)),), ())).boxes
    assert box.lines == ("x" * (LONGEST - 1) + "…",)
    assert box.node is node


def test_transactions_alone_are_a_drawing() -> None:
    sound(place(Drawing((Group("input", "", (Node("transactions", "source", ("transactions",)),)),), ())))


@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=30))
def test_any_acyclic_graph_is_laid_out_soundly(pairs: list[tuple[int, int]]) -> None:
    nodes = tuple(Node(f"n{number}", "window", (f"node {number}",)) for number in range(12))
    arrows = tuple(Arrow(f"n{min(pair)}", f"n{max(pair)}") for pair in pairs if pair[0] != pair[1])
    layout = place(Drawing((Group("a", "a", nodes[::2]), Group("b", "b", nodes[1::2])), arrows))
    sound(layout)
    places = {box.node.id: box.x for box in layout.boxes}
    assert all(places[arrow.source] < places[arrow.target] for arrow in arrows)
