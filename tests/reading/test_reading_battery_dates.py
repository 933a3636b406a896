"""The date spellings people's programs write: what each is as an instant, worked out by hand, or why it is none.

CONTRIBUTING states how many of them are read right: the first column of ``_READ`` numbers the kinds.
"""

from __future__ import annotations

import pyarrow as pa
import pytest

from csi.reading.causes import Cause, told
from csi.reading.kinds import Kind, guess_kinds
from csi.reading.moments import Moments, expected, read_moments

_BOGOTA, _BERLIN, _PARIS, _TOKYO = "America/Bogota", "Europe/Berlin", "Europe/Paris", "Asia/Tokyo"  # -5, +1, +1, +9


def _read(*texts: str, order: str, zone: str) -> Moments:
    return read_moments(pa.chunked_array([pa.array(texts, pa.string())]), order, zone)


# Kind, text, order, zone, the instant in UTC.
_READ = [
    (1, "01/01/2024 01:30:00 p. m.", "day_first", _BOGOTA, "2024-01-01T18:30:00"),
    (1, "01/01/2024 12:30:00 a. m.", "day_first", _BOGOTA, "2024-01-01T05:30:00"),
    (2, "01/01/2024 12:30:00 p.\u00a0m.", "day_first", _BOGOTA, "2024-01-01T17:30:00"),
    (3, "01/01/2024 01:30:00 p.\ufffdm.", "day_first", _BOGOTA, "2024-01-01T18:30:00"),
    (3, "01/01/2024 01:30:00\ufffdp.m.", "day_first", _BOGOTA, "2024-01-01T18:30:00"),
    (4, "1/31/2024, 3:25:07\u202fPM", "month_first", "UTC", "2024-01-31T15:25:07"),
    (4, "31/1/2024 3:25\u2009pm", "day_first", "UTC", "2024-01-31T15:25:00"),
    (5, "2024/1/31 午後3:25", "iso", _TOKYO, "2024-01-31T06:25:00"),
    (5, "2024年1月31日 午後0:25", "iso", _TOKYO, "2024-01-31T03:25:00"),
    (5, "2024年1月31日 午前0:25", "iso", _TOKYO, "2024-01-30T15:25:00"),
    (5, "2024年1月31日 午後11:25", "iso", _TOKYO, "2024-01-31T14:25:00"),
    (5, "2024年1月31日 午前12時05分", "iso", _TOKYO, "2024-01-30T15:05:00"),
    (6, "2024/1/31 下午 3:25:10", "iso", "Asia/Shanghai", "2024-01-31T07:25:10"),
    (6, "2024-1-31 上午9:05", "iso", "Asia/Shanghai", "2024-01-31T01:05:00"),
    (7, "2024. 1. 31. 오후 3:25:10", "iso", "Asia/Seoul", "2024-01-31T06:25:10"),
    (7, "2024년 1월 31일 오후 3시 25분", "iso", "UTC", "2024-01-31T15:25:00"),
    (7, "2024년 1월 31일 오전 9:05", "iso", "Asia/Seoul", "2024-01-31T00:05:00"),
    (8, "2024年1月1日", "iso", "UTC", "2024-01-01T00:00:00"),
    (8, "2024年1月1日 10時00分", "iso", "UTC", "2024-01-01T10:00:00"),
    (8, "2024年01月01日10时05分09秒", "iso", "UTC", "2024-01-01T10:05:09"),
    (9, "31/1/2024 3:25 μ.μ.", "day_first", "Europe/Athens", "2024-01-31T13:25:00"),
    (9, "31/1/2024 12:05 πμ", "day_first", "Europe/Athens", "2024-01-30T22:05:00"),
    (10, "2024-01-01 10:00 CET", "iso", "UTC", "2024-01-01T09:00:00"),
    (10, "01.07.2024 10:00 MESZ", "day_first", "UTC", "2024-07-01T08:00:00"),
    (11, "2024/01/01 10:00:00 AM EST", "iso", "UTC", "2024-01-01T15:00:00"),
    (12, "2024/01/01 10:00:00 AM GMT+01:00", "iso", "UTC", "2024-01-01T09:00:00"),
    (12, "2024/01/01 10:00:00 AM GMT-5", "iso", "UTC", "2024-01-01T15:00:00"),
    (12, "2024-01-01 10:00:00 UTC+1", "iso", "UTC", "2024-01-01T09:00:00"),
    (13, "2024-01-01T10:00:00Z", "iso", _BERLIN, "2024-01-01T10:00:00"),
    (13, "2024-01-01 10:00:00 +0100", "iso", "UTC", "2024-01-01T09:00:00"),
    (13, "2024-01-01 10:00:00.123+01", "iso", "UTC", "2024-01-01T09:00:00.123000"),
    (13, "2024-01-01T10:00:00+01:00[Europe/Berlin]", "iso", "UTC", "2024-01-01T09:00:00"),
    (14, "01.01.2024 10:00 Uhr", "day_first", _BERLIN, "2024-01-01T09:00:00"),
    (14, "1. Januar 2024 um 10:00 Uhr", "iso", _BERLIN, "2024-01-01T09:00:00"),
    (14, "01.01.2024, 9 Uhr", "day_first", _BERLIN, "2024-01-01T08:00:00"),
    (15, "01/02/2024 à 15h25", "day_first", _PARIS, "2024-02-01T14:25:00"),
    (15, "1 février 2024 à 15 h 25", "iso", _PARIS, "2024-02-01T14:25:00"),
    (15, "01/02/2024 15h", "day_first", _PARIS, "2024-02-01T14:00:00"),
    (16, "1 de março de 2024", "iso", "UTC", "2024-03-01T00:00:00"),
    (16, "1 de marzo de 2024, 10:05", "iso", "UTC", "2024-03-01T10:05:00"),
    (17, "Montag, 01.01.2024", "day_first", "UTC", "2024-01-01T00:00:00"),
    (17, "lundi 1 janvier 2024", "iso", "UTC", "2024-01-01T00:00:00"),
    (17, "mar. 05/03/2024 10:00", "day_first", "UTC", "2024-03-05T10:00:00"),
    (17, "mar 5 mar 2024", "iso", "UTC", "2024-03-05T00:00:00"),
    (17, "Fri 1/5/2024 10:00 AM", "month_first", "UTC", "2024-01-05T10:00:00"),
    (17, "2024年1月1日(月)", "iso", "UTC", "2024-01-01T00:00:00"),
    (18, "Mon Jan  1 10:00:00 2024", "iso", "UTC", "2024-01-01T10:00:00"),
    (18, "Mon Jan  1 10:00:00 CET 2024", "iso", "UTC", "2024-01-01T09:00:00"),
    (19, "Mon Jan 01 2024 10:00:00 GMT+0000 (Greenwich Mean Time)", "iso", _BERLIN, "2024-01-01T10:00:00"),
    (19, "Mon Jan 01 2024 10:00:00 GMT-0500 (heure normale de l’Est)", "iso", _BERLIN, "2024-01-01T15:00:00"),
    (20, "/Date(1704103200000+0100)/", "iso", _BERLIN, "2024-01-01T10:00:00"),
    (20, "/Date(1704103200000)/", "day_first", _BERLIN, "2024-01-01T10:00:00"),
    (20, "\\/Date(-86400000)\\/", "iso", "UTC", "1969-12-31T00:00:00"),
    (21, "45292.64", "excel", "UTC", "2024-01-01T15:21:36"),
    (21, "45292,25", "excel", _BERLIN, "2024-01-01T05:00:00"),
    (21, "61", "excel", "UTC", "1900-03-01T00:00:00"),
    (21, "59", "excel", "UTC", "1900-02-28T00:00:00"),
    (22, "43830.5", "excel1904", "UTC", "2024-01-01T12:00:00"),
    (23, "'01/02/2024 10:00", "day_first", "UTC", "2024-02-01T10:00:00"),
    (23, "’2024-02-01", "iso", "UTC", "2024-02-01T00:00:00"),
    (24, "03. Mrz 2024 10:00", "iso", "UTC", "2024-03-03T10:00:00"),
    (24, "03-mrt-2024", "iso", "UTC", "2024-03-03T00:00:00"),
    (24, "3. Jän. 2024", "iso", "UTC", "2024-01-03T00:00:00"),
    (24, "3 sty 2024", "iso", "UTC", "2024-01-03T00:00:00"),
    (24, "3 févr. 2024", "iso", "UTC", "2024-02-03T00:00:00"),
    (24, "03 fevr 2024", "iso", "UTC", "2024-02-03T00:00:00"),
    (24, "3 set 2024", "iso", "UTC", "2024-09-03T00:00:00"),
    (24, "3. čec 2024", "iso", "UTC", "2024-07-03T00:00:00"),
    (24, "3 Ağu 2024", "iso", "UTC", "2024-08-03T00:00:00"),
    (24, "3 października 2024", "iso", "UTC", "2024-10-03T00:00:00"),
    (24, "2024. november 3.", "iso", "UTC", "2024-11-03T00:00:00"),
    (24, "3 декабря 2024 г.", "iso", "UTC", "2024-12-03T00:00:00"),
    (24, "3 maaliskuuta 2024", "iso", "UTC", "2024-03-03T00:00:00"),
    (24, "3 Tháng 3, 2024", "iso", "UTC", "2024-03-03T00:00:00"),
    (25, "Jan 2025", "day_first", "UTC", "2025-01-01T00:00:00"),
    (25, "Jan-25", "iso", "UTC", "2025-01-01T00:00:00"),
    (25, "jan/25", "iso", "UTC", "2025-01-01T00:00:00"),  # a workbook's mmm/yy in Brazil
    (25, "janv.-25", "iso", "UTC", "2025-01-01T00:00:00"),
    (25, "01/2025", "iso", "UTC", "2025-01-01T00:00:00"),
    (26, "März 2025", "month_first", "UTC", "2025-03-01T00:00:00"),
    (26, "2025 październik", "iso", "UTC", "2025-10-01T00:00:00"),
    (27, "KW 05/2025", "iso", "UTC", "2025-01-27T00:00:00"),
    (27, "Semaine 5 2025", "iso", "UTC", "2025-01-27T00:00:00"),
    (28, "2025-W05", "day_first", "UTC", "2025-01-27T00:00:00"),
    (28, "W05 2025", "iso", "UTC", "2025-01-27T00:00:00"),
    (28, "2025-W05-3", "iso", "UTC", "2025-01-29T00:00:00"),
    (29, "Q1 2025", "iso", "UTC", "2025-01-01T00:00:00"),
    (29, "2025 Q3", "iso", "UTC", "2025-07-01T00:00:00"),
    (29, "2. Quartal 2025", "iso", "UTC", "2025-04-01T00:00:00"),
    (29, "4e trimestre 2025", "iso", "UTC", "2025-10-01T00:00:00"),
    (29, "T2 2025", "iso", "UTC", "2025-04-01T00:00:00"),
    (29, "III kwartał 2025", "iso", "UTC", "2025-07-01T00:00:00"),
    (30, "01/02/2024 19.07.17", "day_first", "UTC", "2024-02-01T19:07:17"),
    (30, "01.02.2024 19.07", "day_first", "UTC", "2024-02-01T19:07:00"),
    (31, "٠١/٠٢/٢٠٢٤ ١٥:٠٧", "day_first", "UTC", "2024-02-01T15:07:00"),
    (31, "०१-०२-२०२४", "day_first", "UTC", "2024-02-01T00:00:00"),
    (31, "２０２４／０２／０１", "iso", "UTC", "2024-02-01T00:00:00"),
    (32, "10/Oct/2024:13:55:36 -0700", "iso", "UTC", "2024-10-10T20:55:36"),
    (32, "Tue, 12 Mar 2024 10:15:00 +0100", "iso", "UTC", "2024-03-12T09:15:00"),
    (18, "Thu 1 Feb 10:05:07 CET 2024", "iso", "UTC", "2024-02-01T09:05:07"),
    (25, "2024M02", "iso", "UTC", "2024-02-01T00:00:00"),
    (30, "2024-02-01-19.07.17.123456", "iso", "UTC", "2024-02-01T19:07:17.123456"),
    (14, "1.2.2024 klo 10.05", "day_first", "Europe/Helsinki", "2024-02-01T08:05:00"),
    (33, "2024-01-01T10:00:00,123456", "iso", "UTC", "2024-01-01T10:00:00.123456"),
    (33, "2024-01-01 10:00:00.1234567", "iso", "UTC", "2024-01-01T10:00:00.123456"),
    (34, "January 3rd, 2024 8:05 AM", "day_first", "UTC", "2024-01-03T08:05:00"),
    (34, "10:05 3 Jan 2024", "iso", "UTC", "2024-01-03T10:05:00"),
    (35, "05/May/25 8:00 PM", "day_first", "Europe/London", "2025-05-05T19:00:00"),
    (35, "3-Jan-24", "month_first", "UTC", "2024-01-03T00:00:00"),
    (36, "12/03/2025 12:15 SA", "day_first", "UTC", "2025-03-12T00:15:00"),  # Vietnamese, though Sa is Saturday
    (36, "12/03/2025 12:15 CH", "day_first", "UTC", "2025-03-12T12:15:00"),
    (36, "7:15 Chiều 12/3/2025", "day_first", "UTC", "2025-03-12T19:15:00"),
    (36, "12/03/2025 2:15 chiều", "day_first", "UTC", "2025-03-12T14:15:00"),
    (36, "Sa 15.03.2025 12:15", "day_first", "UTC", "2025-03-15T12:15:00"),
    (36, "15.03.2025 12:15 Sa", "day_first", "UTC", "2025-03-15T12:15:00"),  # it was one
    (37, "2025/4/5 凌晨3:15", "iso", "UTC", "2025-04-05T03:15:00"),
    (37, "2025/4/5 凌晨12:15", "iso", "UTC", "2025-04-05T00:15:00"),
    (37, "2025/4/5 早上9:15", "iso", "UTC", "2025-04-05T09:15:00"),
    (37, "2025/4/5 中午12:15", "iso", "UTC", "2025-04-05T12:15:00"),
    (37, "2025/4/5 中午1:15", "iso", "UTC", "2025-04-05T13:15:00"),
    (37, "2025年4月5日 晚上8:15:00", "iso", "UTC", "2025-04-05T20:15:00"),
    (37, "2025/4/5 晚上6:30", "iso", "UTC", "2025-04-05T18:30:00"),
    (37, "2025/4/5 晚上20:15", "iso", "UTC", "2025-04-05T20:15:00"),
    (37, "5 de abril de 2025 3:15 de la tarde", "iso", "UTC", "2025-04-05T15:15:00"),
    (38, "12/3/2025 10:15 ص", "day_first", "UTC", "2025-03-12T10:15:00"),
    (38, "12\u200f/3\u200f/2025، 10:15 م", "day_first", "UTC", "2025-03-12T22:15:00"),
    (39, "12 มี.ค. 2025", "iso", "UTC", "2025-03-12T00:00:00"),
    (39, "12 ก.พ. 25 10:15 น.", "iso", "Asia/Bangkok", "2025-02-12T03:15:00"),
    (40, "25. 4. 5. 오후 3:25", "year_first", "UTC", "2025-04-05T15:25:00"),
    (40, "25/04/05 10:15:30", "year_first", "UTC", "2025-04-05T10:15:30"),
    (40, "2025-04-05", "year_first", "UTC", "2025-04-05T00:00:00"),
    (41, "12-IV-2025", "iso", "UTC", "2025-04-12T00:00:00"),
    (41, "12 V 2025", "iso", "UTC", "2025-05-12T00:00:00"),  # no week
    (41, "12.xii.2025 10:15", "day_first", "UTC", "2025-12-12T10:15:00"),
    (42, "1Q24", "iso", "UTC", "2024-01-01T00:00:00"),
    (42, "Q3'24", "iso", "UTC", "2024-07-01T00:00:00"),
    (42, "24Q2", "iso", "UTC", "2024-04-01T00:00:00"),
    (42, "2024Q4", "iso", "UTC", "2024-10-01T00:00:00"),
    (42, "H1 2024", "iso", "UTC", "2024-01-01T00:00:00"),
    (42, "2024-H2", "iso", "UTC", "2024-07-01T00:00:00"),
    (42, "2H24", "iso", "UTC", "2024-07-01T00:00:00"),
    (42, "2022年第1四半期", "iso", "UTC", "2022-01-01T00:00:00"),
    (42, "2022年第3季度", "iso", "UTC", "2022-07-01T00:00:00"),
    (42, "2022年第二季度", "iso", "UTC", "2022-04-01T00:00:00"),
    (42, "2022년 1분기", "iso", "UTC", "2022-01-01T00:00:00"),
    (42, "2022년 4/4분기", "iso", "UTC", "2022-10-01T00:00:00"),
    (42, "01.2019", "day_first", "UTC", "2019-01-01T00:00:00"),
    (42, "12.2019", "iso", "UTC", "2019-12-01T00:00:00"),
    (42, "2023. ápr.", "iso", "UTC", "2023-04-01T00:00:00"),
    (42, "2023 m. bal.", "iso", "UTC", "2023-04-01T00:00:00"),
    (42, "travanj 2023.", "iso", "UTC", "2023-04-01T00:00:00"),
    (42, "[06/Jan/2025:13:55:36 -0700]", "day_first", "UTC", "2025-01-06T20:55:36"),
    (43, "2025-01-01 10:00 Europe/Berlin", "iso", "UTC", "2025-01-01T09:00:00"),
    (43, "2025-07-01T10:00[Europe/Berlin]", "iso", "UTC", "2025-07-01T08:00:00"),
    (43, "2025-07-01T10:00+01:00[Europe/Berlin]", "iso", "UTC", "2025-07-01T09:00:00"),  # as the digits say
    (43, "01/07/2025 10:00 AM America/New_York", "day_first", "UTC", "2025-07-01T14:00:00"),
    (43, "2025-01-01 10:00 India Standard Time", "iso", "UTC", "2025-01-01T04:30:00"),
    (43, "2025-07-01 10:00 (W. Europe Standard Time)", "iso", "UTC", "2025-07-01T08:00:00"),  # Windows says so all year
    (43, "2025-01-01 10:00 E. South America Standard Time", "iso", "UTC", "2025-01-01T13:00:00"),
    (43, "07/01/2025 10:00 AM Pacific Daylight Time", "month_first", "UTC", "2025-07-01T17:00:00"),
    (43, "2025-07-01 10:00 CEST+0200", "iso", "UTC", "2025-07-01T08:00:00"),  # one offset, said twice
    (43, "2025-07-01 10:00 +14:00", "iso", "UTC", "2025-06-30T20:00:00"),
    (43, "2025-07-01 10:00 -12:00", "iso", "UTC", "2025-07-01T22:00:00"),
    (44, "20250405101530", "iso", "UTC", "2025-04-05T10:15:30"),
    (44, "202504051015", "iso", _BERLIN, "2025-04-05T08:15:00"),
    (44, "20250405101530123", "iso", "UTC", "2025-04-05T10:15:30.123000"),
    (45, "12 marca 2025 r. g. 10:15", "iso", "UTC", "2025-03-12T10:15:00"),
    (45, "12 marca 2025 r., godz. 10:15", "iso", "UTC", "2025-03-12T10:15:00"),
    (45, "12.03.2025 g. 10:15", "day_first", "UTC", "2025-03-12T10:15:00"),
    (46, "1/5/2024 9:14a", "month_first", "UTC", "2024-01-05T09:14:00"),
    (46, "1/5/2024 12:19a", "month_first", "UTC", "2024-01-05T00:19:00"),
    (46, "1/5/2024 12:19 P", "month_first", "UTC", "2024-01-05T12:19:00"),
    (46, "1/5/2024 9:14:05 P", "month_first", "UTC", "2024-01-05T21:14:05"),
    (46, "1/5/24 2p", "month_first", "UTC", "2024-01-05T14:00:00"),
    (46, "May 5, 2024, 12a", "month_first", "UTC", "2024-05-05T00:00:00"),
    (46, "2024-05-01 2p", "iso", "UTC", "2024-05-01T14:00:00"),
    (46, "01.05.24 a 12:05", "day_first", "UTC", "2024-05-01T12:05:00"),  # “at” in Italian
    (47, "01.05.2024 г., 9:14 сл.об.", "day_first", "UTC", "2024-05-01T21:14:00"),
    (47, "01.05.2024 г., 12:14 пр. об.", "day_first", "UTC", "2024-05-01T00:14:00"),
    (47, '1/5/2024 9:14 אחה"צ', "day_first", "UTC", "2024-05-01T21:14:00"),
    (47, "1/5/2024 12:14 לפנה״צ", "day_first", "UTC", "2024-05-01T00:14:00"),
    (47, "1/5/2024 9:14 अपराह्न", "day_first", "UTC", "2024-05-01T21:14:00"),
    (47, "1/5/2024 9:14 पूर्वाह्न", "day_first", "UTC", "2024-05-01T09:14:00"),
    (47, "01.05.2024 9:14 PL", "day_first", "UTC", "2024-05-01T21:14:00"),
    (47, "1. 5. 2024. 9:14 popodne", "day_first", "UTC", "2024-05-01T21:14:00"),
    (47, "01/05/2024 9:14 da tarde", "day_first", "UTC", "2024-05-01T21:14:00"),
]
KINDS = len({number for number, *_ in _READ})

# Text, order, zone, why it is not taken.
_REFUSED = [
    ("8 out of 10", "iso", "UTC", Cause.NO_DATE),  # a score
    ("01/02/2567 10:00", "day_first", "Asia/Bangkok", Cause.BUDDHIST_YEAR),
    ("2567-02-01", "iso", "UTC", Cause.BUDDHIST_YEAR),
    ("1403/02/01", "iso", "Asia/Tehran", Cause.OTHER_CALENDAR),
    ("1445-07-20", "iso", "UTC", Cause.OTHER_CALENDAR),
    ("令和6年1月1日", "iso", "UTC", Cause.ERA),
    ("R6.1.1", "iso", "UTC", Cause.ERA),
    ("民國113年1月1日", "iso", "UTC", Cause.ERA),
    ("2024-01-01 10:00 IST", "iso", "UTC", Cause.AMBIGUOUS_ZONE),
    ("2024-01-01 10:00 CST", "iso", "UTC", Cause.AMBIGUOUS_ZONE),
    ("2024-01-01 10:00 BST", "iso", "UTC", Cause.AMBIGUOUS_ZONE),
    ("3 lis 2024", "iso", "UTC", Cause.AMBIGUOUS_MONTH),
    ("3 jui 2024", "iso", "UTC", Cause.AMBIGUOUS_MONTH),
    ("13/1/2024", "month_first", "UTC", Cause.DAY_FIRST),
    ("1/13/2024", "day_first", "UTC", Cause.MONTH_FIRST),
    ("1/2/2024", "iso", "UTC", Cause.DAY_OR_MONTH_FIRST),
    ("45292.64", "iso", "UTC", Cause.NUMBER),
    ("1704103200", "day_first", "UTC", Cause.NUMBER),
    ("20240101", "day_first", "UTC", Cause.YEAR_FIRST),
    ("10:00", "iso", "UTC", Cause.CLOCK_ONLY),
    ("3 Jan", "iso", "UTC", Cause.NO_YEAR),
    ("31.04.2024", "day_first", "UTC", Cause.NO_SUCH_DAY),
    ("2024-01-01 13:05 PM", "iso", "UTC", Cause.NO_SUCH_DAY),
    ("KW 53/2025", "iso", "UTC", Cause.NO_SUCH_WEEK),
    ("2025-W02-8 07:41", "iso", "UTC", Cause.NO_SUCH_DAY),
    ("2025-W02T07:41", "iso", "UTC", Cause.NO_DATE),
    ("2025W021", "iso", "UTC", Cause.NO_DATE),
    ("2025-032", "iso", "UTC", Cause.NO_DATE),
    ("2025-032T10:00", "iso", "UTC", Cause.NO_DATE),
    ("2025-r02-1", "iso", "UTC", Cause.UNKNOWN_WORD),
    ("d2-2024", "iso", "UTC", Cause.UNKNOWN_WORD),
    ("S2-2024", "iso", "UTC", Cause.WEEK_OR_HALF_YEAR),
    ("sem. 1 2024", "iso", "UTC", Cause.WEEK_OR_HALF_YEAR),
    ("Semester 3 2024", "iso", "UTC", Cause.NO_SUCH_DAY),
    ("KW 54/2025", "iso", "UTC", Cause.NO_SUCH_DAY),
    ("Q5 2025", "iso", "UTC", Cause.NO_SUCH_DAY),
    ("3 Foo 2024", "iso", "UTC", Cause.UNKNOWN_WORD),
    ("12/03/68", "day_first", "Asia/Bangkok", Cause.SHORT_BUDDHIST_YEAR),
    ("12/03/50 10:15 น.", "day_first", "UTC", Cause.SHORT_BUDDHIST_YEAR),
    ("12 มี.ค. 2568", "iso", "UTC", Cause.BUDDHIST_YEAR),
    ("2025/4/5 晚上12:15", "iso", "UTC", Cause.NO_SUCH_DAY),  # of which day is not said
    ("10:15 Chiều 12/3/2025", "day_first", "UTC", Cause.NO_SUCH_DAY),
    ("2025/4/5 早上13:15", "iso", "UTC", Cause.NO_SUCH_DAY),
    ("25/04/05", "iso", "UTC", Cause.DAY_MONTH_OR_YEAR_FIRST),
    ("20251305101530", "iso", "UTC", Cause.NO_SUCH_DAY),
    ("20250405101530", "epoch", "UTC", Cause.STAMP),
    ("20250405", "epoch", "UTC", Cause.STAMP),
    ("2025-01-01 10:00 Europe/Nowhere", "iso", "UTC", Cause.UNKNOWN_WORD),
    ("2025-01-01T10:00[Europe/Nowhere]", "iso", "UTC", Cause.UNKNOWN_WORD),
    ("10:00 Europe/Berlin", "iso", "UTC", Cause.CLOCK_ONLY),
    ("2025-07-01 10:00 CEST+0100", "iso", "UTC", Cause.AMBIGUOUS_ZONE),  # two offsets
    ("2025-07-01 10:00 PT", "iso", "UTC", Cause.UNKNOWN_WORD),  # Pacific Time, or Friday in Polish
    ("2025-07-01 10:00 +14:01", "iso", "UTC", Cause.NO_SUCH_DAY),
    ("2025-07-01 10:00 -14:01", "iso", "UTC", Cause.NO_SUCH_DAY),
    ("2025-07-01 10:00 +05:60", "iso", "UTC", Cause.NO_SUCH_DAY),
    ("H3 2024", "iso", "UTC", Cause.NO_SUCH_DAY),
    ("1/5/2024 9:14 m.", "day_first", "UTC", Cause.UNKNOWN_WORD),  # mattina in Italian
    ("1/5/2024 9:14 f.", "day_first", "UTC", Cause.UNKNOWN_WORD),  # Icelandic, and e. is after noon
    ("1/5/2024 9:14 e.", "day_first", "UTC", Cause.UNKNOWN_WORD),
    ("1/5/2024 P 9:14", "day_first", "UTC", Cause.UNKNOWN_WORD),
    ("01/05/2024 2ª", "day_first", "UTC", Cause.NO_DATE),  # a Monday in Portuguese, not two in the morning
    ("1/5/2024 13a", "day_first", "UTC", Cause.NO_SUCH_DAY),
    ("60", "excel", "UTC", Cause.NO_DATE),
    ("-1", "excel", "UTC", Cause.NO_DATE),
    ("2958466", "excel", "UTC", Cause.NO_DATE),
    ("Answered (Y/N)", "iso", "UTC", Cause.NO_DATE),
    ("INC0001234", "iso", "UTC", Cause.NO_DATE),
]


def test_there_are_47_kinds() -> None:
    assert KINDS == 47


@pytest.mark.parametrize(("kind", "text", "order", "zone", "instant"), _READ)
def test_read_as_people_mean_it(kind: int, text: str, order: str, zone: str, instant: str) -> None:
    read = _read(text, order=order, zone=zone)
    assert not read.unreadable[0], told(read.likely)
    assert read.instants[0].tz_localize(None).isoformat() == instant


@pytest.mark.parametrize(("text", "order", "zone", "cause"), _REFUSED)
def test_refused_for_a_reason(text: str, order: str, zone: str, cause: Cause) -> None:
    read = _read(text, order=order, zone=zone)
    assert read.unreadable.tolist() == [True]
    assert (read.likely, read.instants.isna().tolist()) == (cause, [True])


def test_an_abbreviation_that_means_several_zones_is_what_the_columns_own_zone_says() -> None:
    read = _read("2024-01-01 10:00 IST", order="iso", zone="Asia/Kolkata")
    assert read.instants[0].isoformat() == "2024-01-01T04:30:00+00:00"
    read = _read("2024-07-01 10:00 CDT", "2024-01-01 10:00 CST", order="iso", zone="America/Chicago")
    assert [one.isoformat()[:16] for one in read.instants] == ["2024-07-01T15:00", "2024-01-01T16:00"]


def test_a_month_that_two_languages_call_alike_is_told_by_the_other_months_of_the_column() -> None:
    polish = _read("3 lis 2024", "3 gru 2024", order="iso", zone="UTC")
    croatian = _read("3. lis 2024", "3. stu 2024", order="iso", zone="UTC")
    assert polish.instants.dt.month.tolist() == [11, 12]
    assert croatian.instants.dt.month.tolist() == [10, 11]
    neither = _read("3 lis 2024", "3 Oct 2024", order="iso", zone="UTC")  # October is English: no tongue has both
    assert neither.unreadable.tolist() == [True, False]


def test_what_most_cells_fail_by_is_said_with_what_to_choose() -> None:
    read = _read("13/1/2024", "14/1/2024", "soon", "1/2/2024", order="month_first", zone="UTC")
    assert read.unreadable.tolist() == [True, True, True, False]
    assert read.likely is Cause.DAY_FIRST
    assert expected("month_first", read.likely).endswith("the day stands first: choose day_first")
    half = _read("13/1/2024", "soon", order="month_first", zone="UTC")
    assert half.likely is Cause.NONE
    assert expected("month_first", half.likely) == "a moment such as 2/29/2016 01:16 (month first)"


_GUESSED = [
    (["٢٥/٠١/٢٠٢٤ ١٥:٠٧", "٠٣/٠٢/٢٠٢٤ ٠٩:٠٠"], Kind("moment", "day_first")),
    (["२०२४-०१-२५", "२०२४-०२-०३"], Kind("moment", "iso")),
    (["01/01/2024 12:30:00 a. m.", "13/01/2024 01:30:00 p. m."], Kind("moment", "day_first")),
    (["01/02/2024 10:00", "03/04/2024 11:00"], Kind("moment", "day_first", ambiguous=True)),
    (["2024年1月1日", "2024年2月1日"], Kind("moment", "iso")),
    (["KW 05/2025", "KW 06/2025"], Kind("moment", "iso")),
    (["Jan 2025", "Mrz 2025"], Kind("moment", "iso")),
    (["Q1 2025", "Q2 2025"], Kind("moment", "iso")),
    (["Y", "N"], Kind("text")),
    (["1.25", "12.50"], Kind("number")),
    (["2024", "2025"], Kind("number")),
    (["20240101", "20240102"], Kind("number")),
    (["45292.64", "45293.1"], Kind("number")),
    (["INC0001", "INC0002"], Kind("text")),
    (["DSK-1", "DSK-2"], Kind("text")),
    (["Mon", "Tue"], Kind("text")),
    (["10:00", "11:30"], Kind("number")),
    (["4h 24m", "1d 4h"], Kind("number")),
    (["Printer 3 on floor 2", "Router 17"], Kind("text")),
    (["25/04/05", "25/04/17", "25/03/31"], Kind("moment", "year_first")),
    (["25. 4. 5.", "25. 4. 5."], Kind("moment", "year_first")),
    (["25. 4. 5. 오후 3:25", "25. 4. 6. 오전 3:25"], Kind("moment", "year_first")),
    (["05/04/25", "17/04/25", "31/03/25"], Kind("moment", "day_first")),
    (["05/04/25", "06/04/25", "07/03/25"], Kind("moment", "day_first", ambiguous=True)),
    (["25/04/05", "25/04/05"], Kind("moment", "day_first", ambiguous=True)),
    (["99/12/31", "99/12/30"], Kind("moment", "year_first")),
]


def test_saturday_and_the_vietnamese_morning_are_told_by_the_other_cells() -> None:
    morning = _read("15/03/2025 12:15 SA", "14/03/2025 12:15 CH", order="day_first", zone="UTC")
    assert morning.instants.dt.hour.tolist() == [0, 12]
    other_day = _read("15/03/2025 12:15 SA", "14/03/2025 12:15 SA", order="day_first", zone="UTC")
    assert other_day.instants.dt.hour.tolist() == [0, 0]
    saturday = _read("15/03/2025 12:15 Sa", "15/03/2025 13:15 Sa", order="day_first", zone="UTC")
    assert saturday.instants.dt.hour.tolist() == [12, 13]
    friday = _read("14/03/2025 12:15 Sa", "14/03/2025 13:15 Sa", order="day_first", zone="UTC")
    assert friday.instants.dt.hour.tolist() == [12, 13]


def test_two_digit_years_a_century_apart_are_not_read() -> None:
    read = _read("12/03/68", "12/03/69", "12/03/25", order="day_first", zone="UTC")
    assert (read.unreadable.tolist(), read.likely) == ([True, True, False], Cause.SHORT_YEARS_APART)
    assert not _read("12/03/69", "12/03/99", "12/03/25", order="day_first", zone="UTC").unreadable.any()
    assert not _read("12/03/49", "12/03/25", order="day_first", zone="Asia/Bangkok").unreadable.any()


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        ("created_at", ["1704103200", "1704106800"], Kind("moment", "epoch")),
        ("created_at", ["1704103200123", "1704106800123"], Kind("moment", "epoch")),
        ("created_at", ["638400000000000000", "638401000000000000"], Kind("moment", "epoch")),
        ("pwdLastSet", ["133485408000000000", "133495408000000000"], Kind("moment", "epoch")),
        ("start_time", ["13348540800000000", "13349540800000000"], Kind("moment", "epoch")),
        ("created_at", ["1704103200", "17041068"], Kind("number")),
        ("created_at", ["20250405", "20250406"], Kind("moment", "iso")),
        ("created_at", ["20250405", "20251306"], Kind("number")),
        ("seen", ["20250405101500", "20250406101500"], Kind("moment", "iso")),
        ("seen", ["202504051015", "202504061015"], Kind("moment", "iso")),
        ("seen", ["20250405101500", "20251305101500"], Kind("number")),
        ("seen", ["20250405", "20250406"], Kind("number")),
        ("Ticket number", ["20250405101500", "20250406101500"], Kind("number")),
        ("Amount", ["1704103200", "1704106800"], Kind("number")),
        ("Monat", ["201911", "201912", "202001"], Kind("moment", "%Y%m")),
        ("Monat", ["201911", "201912", "202012"], Kind("moment", "%Y%m")),  # twelve months on
        ("Monat", ["201911", "201912", "202101"], Kind("number")),
        ("Monat", ["201911", "201912", "201912"], Kind("number")),  # two say nothing
        ("Monat", ["201911", "201912", "201913"], Kind("number")),
        ("Ticket No", ["201911", "201912", "202001"], Kind("number")),
        ("Monat", ["01.2019", "12.2019"], Kind("moment", "iso")),
        ("Wert", ["10.4711", "12.0101"], Kind("number")),
        ("Monat", ["2019.01", "2019.12"], Kind("moment", "iso")),
        ("Wert", ["4711.01", "4712.12"], Kind("number")),
    ],
)
def test_numbers_are_moments_where_header_and_digits_say_so(name: str, cells: list[str], kind: Kind) -> None:
    assert guess_kinds({name: cells}, ".", ())[name] == kind


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        ("Opened date", ["45292.64", "45293"], Kind("moment", "excel")),
        ("Datum", ["45292", "36526"], Kind("moment", "excel")),
        ("Datum", ["45292", "36525"], Kind("number")),  # 31 December 1999
        ("Amount", ["45292", "45293"], Kind("number")),
        ("updates", ["45292", "45293"], Kind("number")),
    ],
)
def test_a_workbooks_days_are_offered_where_the_header_says_so(name: str, cells: list[str], kind: Kind) -> None:
    assert guess_kinds({name: cells}, ".", ())[name] == kind


@pytest.mark.parametrize("half", ["p. m.", "p.\u00a0m.", "p.\ufffdm.", "PM", "下午", "μ.μ."])
def test_a_pattern_knows_the_halves_of_the_day_in_any_language(half: str) -> None:
    read = _read(f"01/02/2024 01:30:00 {half}", "01/02/2024 01:30:00 a. m.", order="%d/%m/%Y %I:%M:%S %p", zone="UTC")
    assert [one.isoformat()[:16] for one in read.instants] == ["2024-02-01T13:30", "2024-02-01T01:30"]


@pytest.mark.parametrize(("cells", "kind"), _GUESSED)
def test_guessed_as_what_it_is(cells: list[str], kind: Kind) -> None:
    assert guess_kinds({"Answered (Y/N)": cells}, ".", ())["Answered (Y/N)"] == kind
