"""Invented people with real frequencies of names, as in the Mekong delta."""

from datetime import date, timedelta
from itertools import accumulate
from random import Random

from members.models import Member

Gender = Member.Gender

_FAMILIES = {
    "Nguyễn": 340, "Trần": 115, "Lê": 95, "Huỳnh": 62, "Phạm": 55, "Võ": 52,
    "Phan": 40, "Đặng": 23, "Trương": 22, "Bùi": 20, "Ngô": 17, "Hồ": 17,
    "Dương": 15, "Đỗ": 13, "Lâm": 13, "Lý": 9, "Đinh": 8, "Đoàn": 8, "Mai": 8,
    "Cao": 7, "Châu": 6, "Thái": 6, "Lương": 6, "Hà": 5, "Lưu": 5, "Trịnh": 5,
    "Tô": 5, "Thạch": 5, "Tăng": 3, "Quách": 3, "Tạ": 3, "Vương": 3, "Kiều": 2,
    "Danh": 2, "La": 2, "Từ": 2, "Khưu": 1, "Ông": 1,
}  # fmt: skip
_MIDDLES = {
    Gender.MALE: {
        "Văn": 260, "Minh": 80, "Thanh": 75, "Hữu": 55, "Hoàng": 55, "Quốc": 50,
        "Ngọc": 40, "Công": 35, "Đức": 35, "Thành": 35, "Trung": 25, "Tấn": 25,
        "Chí": 20, "Phước": 20, "Hồng": 18, "Anh": 15, "Duy": 15, "Trọng": 12,
        "Xuân": 12, "Việt": 10, "Hải": 10, "Thiện": 10, "Quang": 20, "Bá": 6,
        "Minh Quốc": 6, "Ngọc Minh": 6, "Hoàng Minh": 8, "Thanh Hoàng": 6,
    },
    Gender.FEMALE: {
        "Thị": 230, "Thị Ngọc": 45, "Thị Kim": 45, "Thị Thu": 35, "Thị Mỹ": 35,
        "Thị Hồng": 35, "Thị Thanh": 30, "Thị Bích": 25, "Thị Cẩm": 25,
        "Thị Tuyết": 25, "Thị Minh": 15, "Thị Thúy": 25, "Thị Phương": 20,
        "Ngọc": 45, "Kim": 40, "Thanh": 25, "Hồng": 25, "Mỹ": 25, "Bích": 20,
        "Thùy": 15, "Cẩm": 15, "Tuyết": 12, "Diễm": 12, "Huỳnh": 8, "Xuân": 8,
    },
}  # fmt: skip
_GIVENS = {
    Gender.MALE: {
        "Hùng": 40, "Dũng": 38, "Tuấn": 38, "Minh": 34, "Hải": 32, "Sơn": 30,
        "Thành": 30, "Hiếu": 24, "Phúc": 24, "Tâm": 24, "Long": 24, "Nam": 22,
        "Cường": 26, "Khánh": 16, "Khoa": 18, "Đạt": 18, "Nhân": 22, "Nghĩa": 24,
        "Trung": 22, "Bình": 26, "Hòa": 22, "Phong": 22, "Quang": 20, "Thắng": 20,
        "Vinh": 18, "Tài": 20, "Lộc": 18, "Thuận": 14, "An": 14, "Đức": 18,
        "Hưng": 16, "Kiệt": 14, "Liêm": 12, "Lâm": 14, "Lợi": 14, "Mẫn": 8,
        "Nhựt": 12, "Phương": 14, "Quân": 14, "Quý": 10, "Sang": 12, "Tân": 12,
        "Thái": 14, "Thiện": 12, "Thọ": 8, "Toàn": 16, "Trí": 16, "Triều": 6,
        "Trường": 12, "Út": 8, "Việt": 14, "Vũ": 16, "Hậu": 12, "Hoàng": 18,
        "Khiêm": 8, "Đông": 8, "Giang": 8, "Chiến": 10, "Công": 8, "Hoài": 6,
    },
    Gender.FEMALE: {
        "Hoa": 22, "Lan": 28, "Hương": 28, "Hạnh": 22, "Hà": 18, "Thảo": 26,
        "Trang": 26, "Linh": 20, "Ngân": 20, "Ngọc": 22, "Nga": 20, "Phượng": 22,
        "Phương": 24, "Thủy": 24, "Thúy": 18, "Loan": 22, "Liên": 18, "Mai": 20,
        "Oanh": 16, "Yến": 22, "Hồng": 20, "Huệ": 16, "Dung": 22, "Diệu": 10,
        "Diễm": 10, "Đào": 10, "Hằng": 22, "Hiền": 24, "Khanh": 8, "Kiều": 12,
        "Lệ": 12, "Lý": 10, "Mỹ": 8, "Nguyệt": 16, "Nhung": 16, "Như": 12,
        "Quyên": 16, "Sương": 12, "Tâm": 14, "Thanh": 14, "Thơ": 12, "Thu": 20,
        "Thư": 12, "Tiên": 14, "Trâm": 10, "Trinh": 12, "Tuyền": 12, "Tuyết": 16,
        "Út": 8, "Uyên": 10, "Vân": 20, "Vy": 8, "Xuân": 14, "Châu": 12,
        "Chi": 10, "Bé": 6, "Cúc": 10, "Giàu": 5, "Hân": 10, "Bích": 8,
    },
}  # fmt: skip


class People:
    """Throws the dice for persons; each card and phone number is given once."""

    def __init__(self, dice: Random, today: date) -> None:
        self._dice, self._today = dice, today
        self._count = 0
        self._throws: dict[int, tuple[list[str], list[int]]] = {}

    def gender(self) -> str:
        return Gender.FEMALE if self._dice.random() < 0.37 else Gender.MALE

    def member(self, *, gender: str, born: int, joined_by: date) -> Member:
        """An unsaved person born in a year, in the Party by a day."""
        dice = self._dice
        self._count += 1
        birth, precision = self._birth(born)
        admitted = self._admission(birth, joined_by)
        official = admitted + timedelta(days=365 + dice.choice([0, 0, 0, 12, 30]))
        # About one card in fifty is not known where the list was written.
        has_card = dice.random() > 0.02
        member = Member(
            full_name=self.full_name(gender),
            gender=gender,
            birth_date=birth,
            birth_precision=precision,
            card_number=f"76.{self._count:06}" if has_card else None,
            admitted_on=admitted,
            official_on=official if official <= self._today else None,
            phone=self._phone(),
        )
        member.set_keys()
        return member

    def full_name(self, gender: str) -> str:
        parts = (_FAMILIES, _MIDDLES[Gender(gender)], _GIVENS[Gender(gender)])
        return " ".join(self._one_of(weights) for weights in parts)

    def anybody(self) -> str:
        """A name only: a secretary, a chairman, a relative."""
        return self.full_name(self.gender())

    def _one_of(self, weights: dict[str, int]) -> str:
        names, sums = self._throws.setdefault(
            id(weights), (list(weights), list(accumulate(weights.values())))
        )
        return self._dice.choices(names, cum_weights=sums)[0]

    def _birth(self, year: int) -> tuple[date, str]:
        day = date(year, 1, 1) + timedelta(days=self._dice.randrange(365))
        throw = self._dice.random()
        if throw < 0.07:
            return date(day.year, 1, 1), Member.DatePrecision.YEAR
        if throw < 0.12:
            return day.replace(day=1), Member.DatePrecision.MONTH
        return day, Member.DatePrecision.DAY

    def _admission(self, birth: date, joined_by: date) -> date:
        """A day at the age of 20 to 38, before the day given."""
        earliest = birth + timedelta(days=365 * 20)
        latest = min(birth + timedelta(days=365 * 38), joined_by)
        return earliest + timedelta(
            days=self._dice.randrange(max((latest - earliest).days, 1))
        )

    def _phone(self) -> str:
        # No telephone number of the country begins with 010.
        return f"0100{self._count:06}" if self._dice.random() < 0.8 else ""
