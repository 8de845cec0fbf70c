"""The ownership inquiry of ``wsdl/title.wsdl``: a request and a reply of about one kilobyte."""

from pathlib import Path

WSDL = Path(__file__).parent / "wsdl" / "title.wsdl"
NAMESPACE = "urn:bench:title:v2"

REQUEST = {
    "CorrelationId": "REQ-1403-000482913",
    "SentAt": "2026-11-22T08:30:00+03:30",
    "Requester": {
        "Organization": "سازمان ثبت اسناد و املاک کشور",
        "BranchCode": "10-203",
        "OfficerName": "مریم حسینی‌نژاد",
        "OfficerNationalId": "0012345679",
    },
    "Subject": {
        "Type": "natural",
        "NationalId": "0499370899",
        "FirstName": "علی",
        "LastName": "رضایی",
        "BirthDate": "1360/05/14",
    },
    "Property": {
        "MainPlate": "2395",
        "SubPlate": "117",
        "Section": "بخش ۱۱ تهران",
        "Province": "تهران",
        "City": "تهران",
        "District": "منطقه ۵",
        "Area": {"@unit": "m2", "#": 128.75},
        "Usage": ["residential", "parking"],
        "PostalCode": "1476913511",
        "Address": "تهران، بلوار فردوس شرق، خیابان وفاآذر شمالی، کوچه ۱۲، پلاک ۸، واحد ۳",
    },
    "IncludeEncumbrances": True,
    "MaxResults": 5,
}

REPLY = {
    "Status": "FOUND",
    "InquiryNo": "140300482913",
    "Title": {
        "TitleNo": "الف/۱۲۳۴۵۶",
        "MainPlate": "2395",
        "SubPlate": "117",
        "Section": "بخش ۱۱ تهران",
        "Area": {"@unit": "m2", "#": 128.75},
        "IssuedAt": "1395/02/11",
        "Owners": {
            "Owner": [
                {"NationalId": "0499370899", "Name": "علی رضایی", "Share": 3},
                {"NationalId": "0012345679", "Name": "مریم حسینی‌نژاد", "Share": 3},
            ]
        },
    },
    "Encumbrances": {
        "Encumbrance": [
            {
                "Kind": "MORTGAGE",
                "Beneficiary": "بانک مسکن شعبه فردوس",
                "Amount": 4500000000,
                "RegisteredAt": "1401/07/23",
            },
            {
                "Kind": "COURT_ORDER",
                "Beneficiary": "شعبه ۴ اجرای احکام",
                "Amount": 0,
                "RegisteredAt": "1402/01/09",
            },
        ]
    },
}

_BODY = (
    "<t:TitleInquiryResponse><t:Status>FOUND</t:Status><t:InquiryNo>140300482913</t:InquiryNo><t:Title>"
    "<t:TitleNo>الف/۱۲۳۴۵۶</t:TitleNo><t:MainPlate>2395</t:MainPlate><t:SubPlate>117</t:SubPlate>"
    '<t:Section>بخش ۱۱ تهران</t:Section><t:Area unit="m2">128.75</t:Area><t:IssuedAt>1395/02/11</t:IssuedAt>'
    "<t:Owners><t:Owner><t:NationalId>0499370899</t:NationalId><t:Name>علی رضایی</t:Name><t:Share>3</t:Share></t:Owner>"
    "<t:Owner><t:NationalId>0012345679</t:NationalId><t:Name>مریم حسینی‌نژاد</t:Name><t:Share>3</t:Share></t:Owner>"
    "</t:Owners></t:Title><t:Encumbrances><t:Encumbrance><t:Kind>MORTGAGE</t:Kind>"
    "<t:Beneficiary>بانک مسکن شعبه فردوس</t:Beneficiary><t:Amount>4500000000</t:Amount>"
    "<t:RegisteredAt>1401/07/23</t:RegisteredAt></t:Encumbrance><t:Encumbrance><t:Kind>COURT_ORDER</t:Kind>"
    "<t:Beneficiary>شعبه ۴ اجرای احکام</t:Beneficiary><t:Amount>0</t:Amount>"
    "<t:RegisteredAt>1402/01/09</t:RegisteredAt></t:Encumbrance></t:Encumbrances></t:TitleInquiryResponse>"
)
REPLY_WIRE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="{NAMESPACE}">'
    "<soapenv:Header><t:TraceId>b1946ac9-2f6a-4a43-b1d1-0c7f1a2b3c4d</t:TraceId></soapenv:Header>"
    f"<soapenv:Body>{_BODY}</soapenv:Body></soapenv:Envelope>"
).encode()
