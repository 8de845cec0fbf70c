"""The error catalogue: every code that can leave the hub, in Persian and English.

``docs/reference/error-codes.md`` is generated from this table and tested against it.
"""

from collections.abc import Mapping
from types import MappingProxyType

from hub.core.errors import Code, Origin, Outcome
from hub.core.values import Text

_catalogue: dict[str, Code] = {}


def _code(
    id_: str, status: int, origin: Origin, fa: str, en: str, *, retryable: bool = False,
    outcome: Outcome = Outcome.NOT_SENT,
) -> Code:  # fmt: skip
    code = Code(id_, status, origin, retryable, Text(fa, en), outcome)
    _catalogue[id_] = code
    return code


_C, _H, _P = Origin.CLIENT, Origin.HUB, Origin.PARTNER

# fmt: off
# The message itself
REQUEST_EMPTY = _code("request.empty", 400, _C, "پیام خالی است", "The message has no body")
REQUEST_MALFORMED = _code("request.malformed", 400, _C, "پیام قابل خواندن نیست", "The message cannot be parsed")
REQUEST_NOT_UTF8 = _code("request.not_utf8", 400, _C, "پیام با UTF-8 نوشته نشده است", "The message is not UTF-8")
REQUEST_DUPLICATE_KEY = _code("request.duplicate_key", 400, _C, "یک کلید دو بار آمده است", "A key appears twice in one object")
REQUEST_BAD_NUMBER = _code("request.bad_number", 400, _C, "عدد نامعتبر یا بیرون از بازه است", "A number is not finite or out of range")
REQUEST_TOO_DEEP = _code("request.too_deep", 400, _C, "پیام بیش از اندازه تودرتو است", "The message is nested too deeply")
REQUEST_TOO_LARGE = _code("request.too_large", 413, _C, "پیام بیش از اندازه بزرگ است", "The message is too large")
REQUEST_HEAD_TOO_LARGE = _code("request.head_too_large", 431, _C, "سرآیندها بیش از اندازه بزرگ‌اند", "The request's headers are too large")
REQUEST_INCOMPLETE = _code("request.incomplete", 400, _C, "پیام ناتمام رسید", "The message broke off before its end")
REQUEST_TIMEOUT = _code("request.timeout", 408, _C, "پیام به‌موقع کامل نرسید", "The message did not arrive in time", retryable=True)
REQUEST_MEDIA_TYPE = _code("request.media_type", 415, _C, "نوع محتوای پیام پشتیبانی نمی‌شود", "The content type is not supported")
REQUEST_INVALID = _code("request.invalid", 422, _C, "پیام با قرارداد نمی‌خواند", "The message does not match its contract")
REQUEST_BAD_HEADER = _code("request.bad_header", 400, _C, "یک سرآیند نامعتبر است", "A header is not valid")
REQUEST_REFUSED = _code("request.refused", 422, _C, "پیام با شرط مسیر نمی‌خواند", "The message does not meet a condition of its route")
# Addresses
PATH_UNKNOWN = _code("path.unknown", 404, _C, "چنین نشانی‌ای نیست", "There is nothing at this address")
METHOD_NOT_ALLOWED = _code("method.not_allowed", 405, _C, "این روش برای این نشانی مجاز نیست", "The method is not allowed here")
EXCHANGE_UNKNOWN = _code("exchange.unknown", 404, _C, "چنین تبادلی برای شما نیست", "You have no such exchange")
EXCHANGE_NOT_CANCELLABLE = _code("exchange.not_cancellable", 409, _C, "این تبادل دیگر لغوشدنی نیست", "The exchange can no longer be cancelled")
EXCHANGE_CANCELLED = _code("exchange.cancelled", 409, _C, "این تبادل لغو شده است", "The exchange has been cancelled")
EXCHANGE_DISCARDED = _code("exchange.discarded", 409, _H, "کارشناس سامانه این تبادل را کنار گذاشت؛ دیگر پی گرفته نمی‌شود", "A person at the hub has discarded the exchange; nobody goes on with it", outcome=Outcome.UNKNOWN)
# Subscriptions
SUBSCRIPTION_UNKNOWN = _code("subscription.unknown", 404, _C, "چنین اشتراکی برای شما نیست", "You have no such subscription")
SUBSCRIPTION_INVALID = _code("subscription.invalid", 422, _C, "اشتراک با این داده‌ها ممکن نیست", "The subscription cannot be as it is asked for")
SUBSCRIPTION_CHANGED = _code("subscription.changed", 409, _C, "این اشتراک همین حالا تغییر کرد؛ دوباره بخوانید", "The subscription has just been changed; read it again")
SUBSCRIPTION_LIMIT = _code("subscription.limit", 409, _C, "شمار اشتراک‌های شما به بیشینه رسیده است", "You have as many subscriptions as there may be")
SUBSCRIPTION_FILTER = _code("subscription.filter_failed", 422, _C, "صافی اشتراک برای این رویداد محاسبه نشد", "The subscription's filter could not be evaluated for this event")
SUBSCRIPTION_SECRET = _code("subscription.secret_lost", 500, _H, "رمز امضای اشتراک از دست رفته است؛ رمز تازه بگیرید", "The subscription's signing secret is lost; ask for a new one")
SUBSCRIBER_UNREACHABLE = _code("subscriber.unreachable", 503, _C, "مشترک در دسترس نیست", "The subscriber cannot be reached", retryable=True)
SUBSCRIBER_TIMEOUT = _code("subscriber.timeout", 504, _C, "مشترک به‌موقع پاسخ نداد", "The subscriber did not answer in time", retryable=True, outcome=Outcome.UNKNOWN)
SUBSCRIBER_REFUSED = _code("subscriber.refused", 502, _C, "مشترک رویداد را نگرفت", "The subscriber did not take the event", retryable=True, outcome=Outcome.REFUSED)
SUBSCRIBER_GONE = _code("subscriber.gone", 502, _C, "مشترک دیگر رویدادی نمی‌خواهد (410)", "The subscriber wants no more events (410)", outcome=Outcome.REFUSED)
SUBSCRIBER_ADDRESS = _code("subscriber.address_refused", 403, _C, "پیوند به این نشانی اجازه ندارد بفرستد", "The hub may not send to this address")
# Who and what
AUTH_MISSING = _code("auth.missing", 401, _C, "کلید دسترسی داده نشده است", "No credentials were given")
AUTH_INVALID = _code("auth.invalid", 401, _C, "کلید دسترسی شناخته نیست", "The credentials are not valid")
AUTH_REVOKED = _code("auth.revoked", 401, _C, "کلید دسترسی باطل شده است", "The credentials have been revoked")
GRANT_MISSING = _code("grant.missing", 403, _C, "مجوز این قرارداد را ندارید", "You have no grant for this contract version")
CONTRACT_UNKNOWN = _code("contract.unknown", 404, _C, "چنین قراردادی نیست", "There is no such contract")
CONTRACT_VERSION_UNKNOWN = _code("contract.version_unknown", 404, _C, "این نسخه از قرارداد نیست", "The contract has no such version")
CONTRACT_RETIRED = _code("contract.retired", 410, _C, "این نسخه از قرارداد بازنشسته شده است", "The contract version has been retired")
KEY_REUSED = _code("idempotency.key_reused", 422, _C, "این کلید یکتایی برای پیام دیگری به کار رفته است", "The idempotency key was used for another message")
# Large documents
DOCUMENT_UNKNOWN = _code("document.unknown", 404, _C, "چنین سندی برای شما نیست", "You have no such document")
DOCUMENT_TOO_LARGE = _code("document.too_large", 413, _C, "سند بیش از اندازه بزرگ است", "The document is too large")
DOCUMENT_QUOTA = _code("document.quota_exhausted", 403, _C, "سهمیه‌ی نگهداری سند شما پر است", "Your quota of stored documents is used up")
DOCUMENT_DIGEST = _code("document.digest_mismatch", 422, _C, "آنچه رسید با چکیده‌ی اعلام‌شده نمی‌خواند", "What arrived does not match the stated digest")
DOCUMENT_RANGE = _code("document.range", 416, _C, "این بازه در سند نیست", "The document has no such range")
DOCUMENT_NO_ROOM = _code("document.no_room", 507, _H, "جایی برای نگهداری سند نیست", "There is no room to store the document", retryable=True)
DOCUMENT_LOST = _code("document.lost", 500, _H, "سند نگهداری‌شده قابل خواندن نیست", "The stored document cannot be read")
UPLOAD_UNKNOWN = _code("upload.unknown", 404, _C, "چنین بارگذاری‌ای برای شما نیست", "You have no such upload")
UPLOAD_OFFSET = _code("upload.offset", 409, _C, "بارگذاری در جای دیگری است", "The upload stands elsewhere")
UPLOAD_CHECKSUM = _code("upload.checksum_mismatch", 460, _C, "تکه‌ی رسیده با چکیده‌اش نمی‌خواند", "The piece does not match its checksum", retryable=True)
UPLOAD_PROTOCOL = _code("upload.protocol", 412, _C, "این نگارش tus پشتیبانی نمی‌شود", "This version of tus is not supported")
# The hub
NOT_RECORDED = _code("hub.not_recorded", 503, _H, "هم‌اکنون ثبت ممکن نیست؛ دوباره بفرستید", "The hub cannot record just now; send again", retryable=True)
OVERLOADED = _code("hub.overloaded", 503, _H, "سامانه پر است؛ کمی بعد دوباره بفرستید", "The hub is full; send again later", retryable=True)
RATE_LIMITED = _code("hub.rate_limited", 429, _H, "از سهمیه‌ی ارسال گذشته‌اید", "You are sending faster than allowed", retryable=True)
EVIDENCE_OVERDUE = _code("hub.evidence_overdue", 503, _H, "زمان مستقل برای ثبت‌ها به‌موقع به دست نیامد؛ تا آن هنگام چیزی پذیرفته نمی‌شود", "No independent time could be had for what is recorded; until then nothing is taken in", retryable=True)
STOPPING = _code("hub.stopping", 503, _H, "سامانه در حال توقف است؛ دوباره بفرستید", "The hub is stopping; send again", retryable=True)
INTERNAL = _code("hub.internal", 500, _H, "خطای درونی سامانه", "Something went wrong inside the hub", outcome=Outcome.UNKNOWN)
INTERRUPTED = _code("hub.interrupted", 503, _H, "سامانه پیش از تحویل از کار افتاد؛ چیزی فرستاده نشد", "The hub stopped before delivery; nothing was sent", retryable=True)
DEADLINE_EXCEEDED = _code("deadline.exceeded", 504, _H, "مهلت تبادل گذشت", "The exchange's deadline has passed")
# What persons decide
CONTROL_DENIED = _code("control.denied", 401, _C, "نشانه‌ی دسترسی به درگاه مدیریت داده نشده یا نادرست است", "The control token is missing or not valid")
DEAD_LETTER_MOVED_ON = _code("dead_letter.moved_on", 409, _C, "این تبادل در صف بررسی نیست", "The exchange is not a dead letter, or no longer one")
DEAD_LETTER_UNCERTAIN = _code("dead_letter.uncertain", 409, _C, "شاید سازمان مقصد این پیام را انجام داده باشد؛ تا روشن نشود دوباره فرستاده نمی‌شود", "The partner may have acted on the message; it is not sent again until somebody knows")
DEAD_LETTER_UNDELIVERABLE = _code("dead_letter.undeliverable", 409, _H, "این پیام اکنون هم تحویل‌شدنی نیست", "The message could not be delivered as things stand now")
# What partners send later
REPLY_PARTNER_UNKNOWN = _code("reply.partner_unknown", 404, _C, "سازمانی به این نام که بعداً پاسخ دهد نیست", "There is no such partner that answers later")
REPLY_NOT_YOURS = _code("reply.not_yours", 403, _C, "این کلید برای این سازمان ثبت نشده است", "The credentials are not registered for this partner")
REPLY_NO_CODE = _code("reply.no_tracking_code", 422, _C, "پاسخ کد رهگیری ندارد", "The reply has no tracking code")
REPLY_FOR_NOBODY = _code("reply.for_nobody", 404, _C, "کسی در انتظار پاسخی با این کد رهگیری نیست", "Nobody waits for a reply with this tracking code")
REPLY_OTHER_CONTENT = _code("reply.other_content", 409, _C, "با این کد رهگیری پیش‌تر پاسخ دیگری رسیده است", "Another reply came earlier with this tracking code")
REPLY_TOO_LATE = _code("reply.too_late", 409, _C, "تبادلی که این پاسخ برای آن است پایان یافته است", "The exchange that this reply is for has ended")
# Officers' work items
WORK_ITEM_NO_OFFICER = _code("work_item.no_officer", 403, _C, "این کلید برای دفتری ثبت نشده است", "The credentials are registered for no office")
WORK_ITEM_UNKNOWN = _code("work_item.unknown", 404, _C, "چنین کاری در کارتابل شما نیست", "There is no such work item in your inbox")
WORK_ITEM_CLAIMED = _code("work_item.claimed", 409, _C, "این کار در دست همکار دیگری است", "A colleague has this work item")
WORK_ITEM_NOT_CLAIMED = _code("work_item.not_claimed", 409, _C, "نخست کار را بردارید", "Claim the work item first")
WORK_ITEM_CLOSED = _code("work_item.closed", 409, _C, "این کار دیگر باز نیست", "The work item is no longer open")
WORK_ITEM_OTHER_ANSWER = _code("work_item.other_answer", 409, _C, "این کار پیش‌تر به گونه‌ی دیگری پایان یافته است", "The work item has been ended otherwise before")
WORK_ITEM_FULL = _code("work_item.full", 409, _C, "یادداشت‌ها و پیش‌نویس‌های این کار به بیشینه رسیده است", "The work item has as many notes and drafts as there may be")
# Routes, conditions, mappings
PARTS_UNANSWERED = _code("composite.unanswered", 502, _H, "بخش‌هایی که این پرسش به آن‌ها نیاز دارد پاسخ نگرفتند", "Parts that the inquiry needs have not been answered", outcome=Outcome.UNKNOWN)
ROUTE_NONE = _code("route.none", 500, _H, "برای این پیام مسیری نیست", "No route takes this message")
CONDITION_FAILED = _code("route.condition_failed", 500, _H, "شرط مسیر محاسبه نشد", "A route's condition could not be evaluated")
STEP_FAILED = _code("route.step_failed", 500, _H, "یک گام مسیر خطا داد", "A step of the route failed")
MAPPING_FAILED = _code("mapping.failed", 500, _H, "ترجمه‌ی پیام ممکن نشد", "The message could not be translated")
MAPPING_OUTPUT_INVALID = _code("mapping.output_invalid", 500, _H, "ترجمه‌ی پیام با قرارداد مقصد نمی‌خواند", "The translated message does not match its contract")
# The partner's side
PARTNER_NOT_CONFIGURED = _code("partner.not_configured", 503, _H, "نشانی یا رمز این سازمان تنظیم نشده است", "The partner's address or credentials are not configured")
PARTNER_CREDENTIALS = _code("partner.credentials_refused", 502, _H, "سازمان مقصد رمز ما را نپذیرفت", "The partner refused the hub's credentials", outcome=Outcome.REFUSED)
PARTNER_BUSY_HERE = _code("partner.too_many_calls", 503, _H, "تماس هم‌زمان با این سازمان پر است", "Too many calls to this partner are under way", retryable=True)
PARTNER_UNREACHABLE = _code("partner.unreachable", 503, _P, "سازمان مقصد در دسترس نیست", "The partner cannot be reached", retryable=True)
PARTNER_TLS = _code("partner.tls_failed", 502, _P, "گواهی سازمان مقصد پذیرفته نشد", "The partner's certificate was not accepted")
PARTNER_TIMEOUT = _code("partner.timeout", 504, _P, "سازمان مقصد به‌موقع پاسخ نداد", "The partner did not answer in time", retryable=True, outcome=Outcome.UNKNOWN)
PARTNER_CUT = _code("partner.connection_lost", 502, _P, "تماس با سازمان مقصد قطع شد", "The connection to the partner was lost", retryable=True, outcome=Outcome.UNKNOWN)
PARTNER_EMPTY = _code("partner.reply_empty", 502, _P, "پاسخ سازمان مقصد خالی است", "The partner's reply is empty", retryable=True, outcome=Outcome.UNKNOWN)
PARTNER_MALFORMED = _code("partner.reply_malformed", 502, _P, "پاسخ سازمان مقصد قابل خواندن نیست", "The partner's reply cannot be parsed", outcome=Outcome.UNKNOWN)
PARTNER_UNSAFE = _code("partner.reply_unsafe", 502, _P, "پاسخ سازمان مقصد خطرناک است و خوانده نشد", "The partner's reply is unsafe and was not read", outcome=Outcome.UNKNOWN)
PARTNER_TOO_LARGE = _code("partner.reply_too_large", 502, _P, "پاسخ سازمان مقصد بیش از اندازه بزرگ است", "The partner's reply is too large", outcome=Outcome.UNKNOWN)
PARTNER_INVALID = _code("partner.reply_invalid", 502, _P, "پاسخ سازمان مقصد با قرارداد نمی‌خواند", "The partner's reply does not match its contract", outcome=Outcome.UNKNOWN)
PARTNER_CODE_REUSED = _code("partner.tracking_code_reused", 502, _P, "سازمان مقصد یک کد رهگیری را دو بار داد", "The partner gave a tracking code that another exchange has", outcome=Outcome.UNKNOWN)
PARTNER_HTTP = _code("partner.http_error", 502, _P, "سازمان مقصد خطای HTTP داد", "The partner answered with an HTTP error", outcome=Outcome.UNKNOWN)
PARTNER_FAULT = _code("partner.fault", 502, _P, "سازمان مقصد خطا داد", "The partner answered with a fault", outcome=Outcome.UNKNOWN)
PARTNER_BUSY = _code("partner.busy", 503, _P, "سازمان مقصد پر است", "The partner is busy", retryable=True, outcome=Outcome.REFUSED)
PARTNER_CLOSED = _code("partner.closed", 503, _P, "سازمان مقصد بیرون از ساعت کار است", "The partner is outside its service hours", retryable=True, outcome=Outcome.REFUSED)
PARTNER_QUOTA = _code("partner.quota_exhausted", 503, _P, "سهمیه‌ی ما نزد سازمان مقصد تمام شده است", "The hub's quota with the partner is used up", retryable=True, outcome=Outcome.REFUSED)
PARTNER_REFUSED = _code("partner.refused", 422, _P, "سازمان مقصد درخواست را نپذیرفت", "The partner refused the request", outcome=Outcome.REFUSED)
PARTNER_ERROR = _code("partner.error", 502, _P, "سازمان مقصد از خطای درونی خود خبر داد", "The partner reported an error of its own", retryable=True, outcome=Outcome.UNKNOWN)
OUTCOME_UNKNOWN = _code("partner.outcome_unknown", 504, _P, "معلوم نیست سازمان مقصد درخواست را انجام داده باشد؛ دوباره نفرستید", "Nobody knows yet whether the partner acted; do not send again", outcome=Outcome.UNKNOWN)
PARTNER_CIRCUIT = _code("partner.circuit_open", 503, _H, "این سازمان پی‌درپی خطا داده است و چندی آزموده نمی‌شود", "The partner has failed repeatedly and is not tried for a while", retryable=True)
PARTNER_RATE = _code("partner.rate_limited", 503, _H, "بیش از آهنگ توافق‌شده با این سازمان فرستاده می‌شود", "More is being sent to this partner than was agreed per second", retryable=True)
# fmt: on

TAKES_NOTHING_NOW = frozenset(
    {code.id for code in (PARTNER_CLOSED, PARTNER_QUOTA, PARTNER_CIRCUIT, PARTNER_RATE, PARTNER_BUSY_HERE)}
)
"""Codes that say that a partner takes nothing just now, whatever is sent to it: no attempt is used up by them."""

CATALOGUE: Mapping[str, Code] = MappingProxyType(_catalogue)
"""All codes by id."""
