"""Whole screens of every report, at the widths of common terminals."""

# ruff: noqa: E501 - the screens are as wide as they are

from __future__ import annotations

from datetime import date
from io import StringIO

import pytest
from rich.console import Console

from sc_analytics_cli.fold.field import Derived
from sc_analytics_cli.projections.declaration import Projection
from sc_analytics_cli.projections.order_funnel import OrderFunnelDaily
from sc_analytics_cli.projections.revenue import RevenueDaily
from sc_analytics_cli.projections.user_lifecycle import UserLifecycleDaily
from sc_analytics_cli.report.dates import parse_dates
from sc_analytics_cli.report.rows import build_rows, totals
from sc_analytics_cli.report.table import report_table

TODAY = date(2026, 11, 22)

COUNTED: dict[Projection, dict[str, tuple[object, ...]]] = {
    OrderFunnelDaily: {
        "2026-11-19": (1904, 0, 0, 6, 22, 18, 33, 7),
        "2026-11-20": (36, 35, 33, 2, 32, 22, 15, 7),
        "2026-11-21": (49, 48, 42, 6, 42, 22, 30, 4),
        "2026-11-22": (55, 52, 49, 3, 46, 36, 19, 13),
    },
    UserLifecycleDaily: {
        "2026-11-19": (0, 3, 6, 1, 3, 1, 1, 10940, 28, 1),
        "2026-11-20": (17, 14, 3, 2, 0, 0, 2, 161, 28, 2),
        "2026-11-21": (12, 9, 2, 0, 2, 0, 3, 154, 36, 4),
        "2026-11-22": (31, 31, 7, 2, 0, 1, 4, 159, 54, 6),
    },
    RevenueDaily: {
        "2026-11-19": (0, 50000, 0, 1, {}, {}),
        "2026-11-20": (255793, 33070, 32, 3, {"c-1": 40000, "c-2": 9, "c-3": 700}, {}),
        "2026-11-21": (290937, 22970, 42, 1, {"c-1": 60000, "c-4": 600, "c-5": 500}, {"": 99}),
        "2026-11-22": (392055, 20384, 48, 5, {"c-6": 400, "c-7": 300}, {"spring": 2000}),
    },
}
"""What was added on each date, in the declared order of the fields that are added to."""

SCREENS: dict[tuple[Projection, int], str] = {
    (OrderFunnelDaily, 80): """\
Funnel: 2026-11-18 … 2026-11-22, 5 dates, Europe/Berlin

                         missing                                         partial
                             Wed         Thu         Fri         Sat         Sun
                      2026-11-18  2026-11-19  2026-11-20  2026-11-21  2026-11-22
────────────────────────────────────────────────────────────────────────────────
Orders created                         1,904          36          49          55
Payments initiated                         0          35          48          52
Payments succeeded                         0          33          42          49
Payments failed                            6           2           6           3
Orders confirmed                          22          32          42          46
Orders shipped                            18          22          22          36
Orders delivered                          33          15          30          19
Orders cancelled                           7           7           4          13
Payment success rate                       –      94.3 %      87.5 %      94.2 %
Confirmation rate                      1.2 %      88.9 %      85.7 %      83.6 %
Completion rate                      150.0 %      46.9 %      71.4 %      41.3 %

                       Total
────────────────────────────
Orders created         2,044
Payments initiated       135
Payments succeeded       124
Payments failed           17
Orders confirmed         142
Orders shipped            98
Orders delivered          97
Orders cancelled          31
Payment success rate  91.9 %
Confirmation rate      6.9 %
Completion rate       68.3 %
above 100 %: what is counted on a date, or in an hour, may have begun before it
""",
    (OrderFunnelDaily, 100): """\
Funnel: 2026-11-18 … 2026-11-22, 5 dates, Europe/Berlin

                         missing                                         partial
                             Wed         Thu         Fri         Sat         Sun
                      2026-11-18  2026-11-19  2026-11-20  2026-11-21  2026-11-22   Total
────────────────────────────────────────────────────────────────────────────────────────
Orders created                         1,904          36          49          55   2,044
Payments initiated                         0          35          48          52     135
Payments succeeded                         0          33          42          49     124
Payments failed                            6           2           6           3      17
Orders confirmed                          22          32          42          46     142
Orders shipped                            18          22          22          36      98
Orders delivered                          33          15          30          19      97
Orders cancelled                           7           7           4          13      31
Payment success rate                       –      94.3 %      87.5 %      94.2 %  91.9 %
Confirmation rate                      1.2 %      88.9 %      85.7 %      83.6 %   6.9 %
Completion rate                      150.0 %      46.9 %      71.4 %      41.3 %  68.3 %
above 100 %: what is counted on a date, or in an hour, may have begun before it
""",
    (OrderFunnelDaily, 140): """\
Funnel: 2026-11-18 … 2026-11-22, 5 dates, Europe/Berlin

                                                                                                           Payment
                         Orders   Payments   Payments  Payments     Orders   Orders     Orders     Orders  success  Confirmation  Completion
Date                    created  initiated  succeeded    failed  confirmed  shipped  delivered  cancelled     rate          rate        rate
────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
Wed 2026-11-18 missing
Thu 2026-11-19            1,904          0          0         6         22       18         33          7        –         1.2 %     150.0 %
Fri 2026-11-20               36         35         33         2         32       22         15          7   94.3 %        88.9 %      46.9 %
Sat 2026-11-21               49         48         42         6         42       22         30          4   87.5 %        85.7 %      71.4 %
Sun 2026-11-22 partial       55         52         49         3         46       36         19         13   94.2 %        83.6 %      41.3 %
────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
Total                     2,044        135        124        17        142       98         97         31   91.9 %         6.9 %      68.3 %
above 100 %: what is counted on a date, or in an hour, may have begun before it
""",
    (UserLifecycleDaily, 80): """\
Users: 2026-11-18 … 2026-11-22, 5 dates, Europe/Berlin

                      missing                                         partial
                          Wed         Thu         Fri         Sat         Sun
                   2026-11-18  2026-11-19  2026-11-20  2026-11-21  2026-11-22
─────────────────────────────────────────────────────────────────────────────
Registrations                           0          17          12          31
Verifications                           3          14           9          31
Verification rate                       –      82.4 %      75.0 %     100.0 %
Leaders promoted                        6           3           2           7
Leaders demoted                         1           2           0           2
Suspensions                             3           0           2           0
Reactivations                           1           0           0           1
Deletions                               1           2           3           4
Login successes                    10,940         161         154         159
Login failures                         28          28          36          54
Accounts locked                         1           2           4           6

                    Total
─────────────────────────
Registrations          60
Verifications          57
Verification rate  95.0 %
Leaders promoted       18
Leaders demoted         5
Suspensions             5
Reactivations           2
Deletions              10
Login successes    11,414
Login failures        146
Accounts locked        13
""",
    (UserLifecycleDaily, 100): """\
Users: 2026-11-18 … 2026-11-22, 5 dates, Europe/Berlin

                      missing                                         partial
                          Wed         Thu         Fri         Sat         Sun
                   2026-11-18  2026-11-19  2026-11-20  2026-11-21  2026-11-22   Total
─────────────────────────────────────────────────────────────────────────────────────
Registrations                           0          17          12          31      60
Verifications                           3          14           9          31      57
Verification rate                       –      82.4 %      75.0 %     100.0 %  95.0 %
Leaders promoted                        6           3           2           7      18
Leaders demoted                         1           2           0           2       5
Suspensions                             3           0           2           0       5
Reactivations                           1           0           0           1       2
Deletions                               1           2           3           4      10
Login successes                    10,940         161         154         159  11,414
Login failures                         28          28          36          54     146
Accounts locked                         1           2           4           6      13
""",
    (UserLifecycleDaily, 140): """\
Users: 2026-11-18 … 2026-11-22, 5 dates, Europe/Berlin

                                           Verification  Leaders Leaders                                         Login    Login Accounts
Date           Registrations Verifications         rate promoted demoted Suspensions Reactivations Deletions successes failures   locked
────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
Wed 2026-11-18
missing
Thu 2026-11-19             0             3            –        6       1           3             1         1    10,940       28        1
Fri 2026-11-20            17            14       82.4 %        3       2           0             0         2       161       28        2
Sat 2026-11-21            12             9       75.0 %        2       0           2             0         3       154       36        4
Sun 2026-11-22            31            31      100.0 %        7       2           0             1         4       159       54        6
partial
────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
Total                     60            57       95.0 %       18       5           5             2        10    11,414      146       13
""",
    (RevenueDaily, 80): """\
Revenue: 2026-11-18 … 2026-11-22, 5 dates, Europe/Berlin

                                                                        Average
                           Gross                 Net    Paid  Refunded    order
Date                     revenue  Refunded   revenue  orders    orders    value
───────────────────────────────────────────────────────────────────────────────
Wed 2026-11-18 missing
Thu 2026-11-19              0.00    500.00   -500.00       0         1        –
Fri 2026-11-20          2,557.93    330.70  2,227.23      32         3    79.94
Sat 2026-11-21          2,909.37    229.70  2,679.67      42         1    69.27
Sun 2026-11-22 partial  3,920.55    203.84  3,716.71      48         5    81.68
───────────────────────────────────────────────────────────────────────────────
Total                   9,387.85  1,264.24  8,123.61     122        10    76.95

Revenue by community    Amount  of gross revenue
────────────────────────────────────────────────
c-1                   1,000.00            10.7 %
c-3                       7.00             0.1 %
c-4                       6.00             0.1 %
c-5                       5.00             0.1 %
c-6                       4.00             0.0 %
and 2 more                3.09             0.0 %

Revenue by promotion    Amount  of gross revenue
────────────────────────────────────────────────
spring                   20.00             0.2 %
(empty)                   0.99             0.0 %
""",
}
SCREENS[RevenueDaily, 100] = SCREENS[RevenueDaily, 140] = SCREENS[RevenueDaily, 80]


def screen(projection: Projection, width: int) -> str:
    """Return what a terminal of this width shows of the dates, without trailing blanks."""
    documents = {}
    names = [n for n, field in projection.shape.fields.items() if not isinstance(field, Derived)]
    for day, figures in COUNTED[projection].items():
        document = projection.shape.empty(day) | dict(zip(names, figures, strict=True))
        projection.shape.derive(document)
        documents[day] = document
    rows = build_rows(parse_dates(["-4d..today"], TODAY), documents, today=TODAY)
    out = StringIO()
    table = report_table(projection, rows, totals(projection, rows), timezone="Europe/Berlin")
    Console(file=out, width=width, color_system=None).print(table)
    return "".join(line.rstrip() + "\n" for line in out.getvalue().splitlines())


@pytest.mark.parametrize(
    ("projection", "width", "expected"),
    [
        pytest.param(projection, width, expected, id=f"{projection.report}-{width}")
        for (projection, width), expected in SCREENS.items()
    ],
)
def test_five_dates_with_a_missing_and_a_partial_date(
    projection: Projection, width: int, expected: str
) -> None:
    """A row a date where that fits, else a line a field; a mark in words, a total at the end."""
    assert screen(projection, width) == expected


@pytest.mark.parametrize("projection", COUNTED)
@pytest.mark.parametrize("width", [80, 100, 140])
def test_no_line_is_wider_than_the_terminal(projection: Projection, width: int) -> None:
    """A line that is too wide would be broken anywhere."""
    assert max(map(len, screen(projection, width).splitlines())) <= width
