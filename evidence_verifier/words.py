"""Every sentence of the judge: Persian, then English."""

from collections.abc import Mapping

HEADINGS: Mapping[str, str] = {
    "holds": "نتیجه: آنچه در این پرونده ثابت‌شدنی است درست است.\nResult: what this file can prove holds.",
    "broken": "نتیجه: این پرونده را نمی‌توان مدرک دانست.\nResult: this file must not be taken as evidence.",
    "wrong": "نادرست · Wrong",
    "proved": "ثابت شد · Proved",
    "not_proved": "ثابت نشد · Not proved",
    "exchanges": "تبادل‌ها، به گفته‌ی سطرهای ثابت‌شده · The exchanges, as the proved entries tell them",
}

WORDS: Mapping[str, tuple[str, str]] = {
    # Proved
    "signed": (
        "دفتر «{origin}» {count} بار تاریخچه‌ی خود را امضا کرده است، آخرین بار {size} سطر؛ امضا با کلیدی است که شما دادید ({key}).",
        "The log {origin} signed its history {count} times, at last {size} entries, with a key that you gave ({key}).",
    ),
    "signed_by_own": (
        "دفتر «{origin}» {count} بار تاریخچه‌ی خود را امضا کرده است، آخرین بار {size} سطر؛ کلید: {key}.",
        "The log {origin} signed its history {count} times, at last {size} entries; the key is {key}.",
    ),
    "entries": (
        "{count} سطر دفتر، بایت به بایت و هر یک در جای خود، در تاریخچه‌ی امضاشده است.",
        "{count} journal entries are in the signed history, byte by byte, each at its place.",
    ),
    "consistent": (
        "هر امضای بعدی ادامه‌ی امضای پیشین است: میان {first} و {last} سطر، چیزی حذف، عوض یا جابه‌جا نشده است.",
        "Each later signature continues the one before: from {first} to {last} entries nothing was removed, changed or moved.",
    ),
    "documents": (
        "{count} سند، بایت به بایت، همان است که هنگام ثبت بود.",
        "{count} documents are, byte by byte, those that were recorded.",
    ),
    "attachments": (
        "{count} پیوست همان است که سندهای ثابت‌شده با چکیده‌ی SHA-256 از آن نام برده‌اند.",
        "{count} attachments are those that proved documents name by their SHA-256.",
    ),
    "timestamped": (
        "{size} سطر نخست دفتر پیش از {at} وجود داشته است؛ گواه: {authority} (RFC 3161).",
        "The log's first {size} entries existed before {at}, says {authority} (RFC 3161).",
    ),
    "witnessed": (
        "گواه مستقل «{witness}» در {at} امضا کرده که دفتر با {size} سطر ادامه‌ی همان است که پیش‌تر دیده بود.",
        "The witness {witness} signed at {at} that the log of {size} entries continues what it had seen before.",
    ),
    # Not proved
    "key_unknown": (
        "کلید دفتر از خود پرونده خوانده شد. آن را با کلیدی که شهرداری منتشر کرده بسنجید و با ‎--key‎ بدهید: {key}",
        "The log's key was taken from the file itself. Compare it with the published one and give that with --key: {key}",
    ),
    "no_time": (
        "زمان مستقلی در پرونده نیست: زمان‌ها فقط به گفته‌ی ساعت سامانه است.",
        "There is no independent time in the file: all times are told by the hub's own clock.",
    ),
    "time_not_for_all": (
        "برای {count} تبادل زمان مستقلی در پرونده نیست: آخرین سطرشان پس از آخرین مهر زمانی آمده است.",
        "For {count} exchanges there is no independent time in the file: their last entry came after the last time stamp.",
    ),
    "authority_unknown": (
        "مهر زمانی {at} درست است، ولی به {authority} به دلیلی بیرون از این پرونده اعتماد نشده است؛ گواهی ریشه را با ‎--tsa-root‎ بدهید (SHA-256: {fingerprint}).",
        "The time stamp of {at} is right, but nothing outside this file says that {authority} may be believed; give its root certificate with --tsa-root (SHA-256: {fingerprint}).",
    ),
    "revocation": (
        "اینکه گواهی مرجع زمان پیش‌تر باطل نشده بود: این را فقط خود آن مرجع می‌گوید.",
        "That the time authority's certificate had not been revoked: only the authority itself can tell.",
    ),
    "no_witness": (
        "گواه مستقلی این تاریخچه را امضا نکرده است: دارنده‌ی کلید دفتر می‌تواند تاریخچه‌ی دیگری نیز امضا کرده باشد.",
        "No witness signed this history: whoever holds the log's key may have signed another history beside it.",
    ),
    "witness_unknown": (
        "{count} امضای دیگر زیر تاریخچه هست که کلیدشان داده نشد (‎--witness‎): {names}",
        "{count} other signatures stand under the history whose keys were not given (--witness): {names}",
    ),
    "clock": (
        "زمان درون هر سطر به گفته‌ی ساعت سامانه است؛ مهر زمانی فقط می‌گوید که دیرتر از آن نبوده است.",
        "The time inside each entry is told by the hub's clock; a time stamp only says that it was not later.",
    ),
    "sender": (
        "اینکه فرستنده و سازمان مقصد همان‌اند که دفتر می‌گوید: سامانه آنان را شناسایی و ثبت کرده، ولی امضایی از خود آنان در اینجا سنجیده نشده است.",
        "That sender and partner are who the journal says: the hub authenticated and recorded them, but no signature of their own was judged here.",
    ),
    "completeness": (
        "اینکه پس از این سطرها سطر دیگری برای این تبادل‌ها نیامده، یا پرونده تبادل دیگری نداشته است.",
        "That no later entry of these exchanges exists, or no other exchange of the case.",
    ),
    "unfinished": (
        "{count} تبادل هنگام ساختن پرونده هنوز به پایان نرسیده بود.",
        "{count} exchanges had not ended when the file was made.",
    ),
    "document_lost": (
        "متن {count} سند دیگر نگهداری نمی‌شود یا در پرونده نیست. سطر دفتر ثابت می‌کند که سندی با همان تعهد (SHA-256 نمک و متن) ثبت شده است؛ هر که متن و نمک را دارد می‌تواند آن را نشان دهد.",
        "{count} documents are no longer kept or not in the file. The entries prove that documents of those commitments (SHA-256 of salt and body) were recorded; whoever has body and salt can show them.",
    ),
    "document_damaged": (
        "متن {count} سند در سامانه باز نشد ({first})؛ آن سندها ثابت نمی‌شوند.",
        "{count} documents could not be opened by the hub ({first}); they are not proved.",
    ),
    "attachment_lost": (
        "{count} پیوست که سندها از آن نام برده‌اند در پرونده نیست.",
        "{count} attachments that documents name are not in the file.",
    ),
    "clock_disagrees": (
        "ساعت سامانه با مرجع زمان نمی‌خواند: سطر {seq} خود را {later} ثانیه پس از مهری می‌داند که آن را در بر دارد.",
        "The hub's clock disagrees with the time authority: entry {seq} dates itself {later} seconds after a stamp that covers it.",
    ),
    "entry_unreadable": (
        "{count} سطر ثابت‌شده به شکلی است که این برنامه نمی‌شناسد.",
        "{count} proved entries are in a form that this program does not know.",
    ),
    "stray": (
        "فایل «{path}» در پرونده هست و هیچ اثباتی آن را در بر ندارد.",
        "The file {path} is in the archive and no proof covers it.",
    ),
    # Wrong
    "signature_wrong": (
        "امضای نقطه‌ی بازرسی با {size} سطر نادرست است: {why}",
        "The signature of the checkpoint at {size} entries is wrong: {why}",
    ),
    "signature_missing": (
        "نقطه‌ی بازرسی با {size} سطر با هیچ‌یک از کلیدهای داده‌شده امضا نشده است.",
        "The checkpoint at {size} entries is signed with none of the keys that were given.",
    ),
    "origin_differs": (
        "نقطه‌های بازرسی از دفترهای گوناگون‌اند: «{one}» و «{other}».",
        "The checkpoints are of different logs: {one} and {other}.",
    ),
    "checkpoints_unordered": (
        "نقطه‌های بازرسی به ترتیب اندازه نیستند.",
        "The checkpoints are not in order of size.",
    ),
    "inconsistent": (
        "تاریخچه‌ی {last} سطری ادامه‌ی تاریخچه‌ی {first} سطری نیست: چیزی حذف، عوض یا جابه‌جا شده است، یا اثبات آن ناقص است.",
        "The history of {last} entries does not continue that of {first}: something was removed, changed or moved, or the proof is not whole.",
    ),
    "timestamp_wrong": (
        "مهر زمانی «{path}» درست نیست: {why}",
        "The time stamp {path} is wrong: {why}",
    ),
    "cosignature_wrong": (
        "امضای گواه «{witness}» زیر تاریخچه‌ی {size} سطری نادرست است.",
        "The cosignature of {witness} under the history of {size} entries is wrong.",
    ),
    "entry_not_in_log": (
        "{count} سطر در تاریخچه‌ی امضاشده نیست؛ نخستین آنها سطر {seq} است: {why}",
        "{count} entries are not in the signed history, the first of them {seq}: {why}",
    ),
    "entry_twice": (
        "سطر {seq} دو بار آمده است.",
        "Entry {seq} stands twice.",
    ),
    "number_twice": (
        "تبادل {exchange} دو سطر با شماره‌ی {number} دارد.",
        "Exchange {exchange} has two entries of number {number}.",
    ),
    "entries_gap": (
        "سطرهای تبادل {exchange} از ۱ تا {last} پیوسته نیستند: شماره‌ی {number} کم است.",
        "The entries of exchange {exchange} do not run from 1 to {last}: number {number} is missing.",
    ),
    "document_wrong": (
        "{count} سند با تعهد خود نمی‌خواند؛ نخستین: {first}",
        "{count} documents do not match their commitments, the first: {first}",
    ),
    "attachment_wrong": (
        "پیوست «{path}» با چکیده‌ی خود نمی‌خواند، یا سندی از آن نام نبرده است.",
        "The attachment {path} does not match its digest, or no document names it.",
    ),
    "no_entries": (
        "هیچ سطری از دفتر در پرونده نیست.",
        "There is no journal entry in the file.",
    ),
}
