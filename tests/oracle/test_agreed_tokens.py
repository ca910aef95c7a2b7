"""Tokens for a key on a curve (RFC 7518 section 4.6), JSON Web Keys, and certificates that verify: HAProxy 3.4 opens and verifies
them alike; 2.8 has no word for them."""

from __future__ import annotations

import base64
import json

import pytest

from tests.kit.behaviours import hello
from tests.oracle.common import get, since, site
from tests.oracle.test_encrypted_tokens import TOKENS as SHARED

TOP = "defaults\n    mode http\n    timeout client 20s\n    timeout server 20s\n    timeout connect 20s"

KEYS = {
    "P-256": {
        "crv": "P-256",
        "d": "m0LpzBObymeVAKAjM_G431A2jOoR0_vn5ORgQzBDZdg",
        "kty": "EC",
        "x": "mX4iJtFHvaXTt1hjv9rDDCowa7tVnOG_1rHQmd9buSw",
        "y": "rTztqxlu-Qo6aNvCfwYlIQjXD2svOjT5tVFvh7PhBFE",
    },
    "P-384": {
        "crv": "P-384",
        "d": "qkoWFjBNCxoR3tv67S6OqeX9qdZF6aR2Lts7iMMym325q_gKYW8T29Vv2SuF5Z2u",
        "kty": "EC",
        "x": "_SAJOD7-cwBa_ZpEeObuFxXbCAuIvKYSnwf9IDHumJes-lXDN_ThYzNnU2Z4F0R1",
        "y": "_kGerInsXvJMIxhzxJ7P1iVRq_xiFzWnRcHpFHwvWYfCjByd16pgDyGT7R60YhhU",
    },
    "P-521": {
        "crv": "P-521",
        "d": "ADjXPrUNX5D9PH4Ia6zFmhYkbWwubpGo6ACNlEN_D-yIWBgrp5elZmq9PlTQ81B3U5hUsV89q_8S5p84Or7ACeh6",
        "kty": "EC",
        "x": "AcwVcWC1MMpAOrpLIzrOeW-tZH-mD7s95YwxZ2Q2A7MqmHRU-yS3tI4cbBpO17X5Er5zZXlRQEvJ9jE1jTUCf1hx",
        "y": "AZKEUWJcxgWcNOodnYSeRuUuu2naORTfoVz4jqPBrAbix3ycqMILcvX3gbAE7YUWl6LFYtLs9QVKtFKa4CugGN2L",
    },
}

TOKENS = {
    "P-256 ECDH-ES A128GCM": (
        "eyJhbGciOiJFQ0RILUVTIiwiYXB1IjoiUVd4cFkyVSIsImFwdiI6IlFtOWkiLCJlbmMiOiJBMTI4R0NNIiwiZXBrIjp7ImNydiI6IlAtMjU2Iiwi"
        "a3R5IjoiRUMiLCJ4IjoiRlFwb0UzSTI5SjFJbkJYbG80eWhiWWJMY1ZobHhmdm83MXlIYmt2QURwVSIsInkiOiJPSFF4VGJ5Z0ZrTkR6MjBCWnlk"
        "QjJLVzZUUkxnQzRlU1pxbjhTakJRczlnIn19..Wo_SEwNbtfOU6uqV.3FcYG7NZj0IspOAnFg.7KeMmogawYfDacMtt9e1sg"
    ),
    "P-256 ECDH-ES A256CBC-HS512": (
        "eyJhbGciOiJFQ0RILUVTIiwiYXB1IjoiUVd4cFkyVSIsImFwdiI6IlFtOWkiLCJlbmMiOiJBMjU2Q0JDLUhTNTEyIiwiZXBrIjp7ImNydiI6IlAt"
        "MjU2Iiwia3R5IjoiRUMiLCJ4IjoiWDgwWlF2eXF5QjBlODBVNHNhREwyTDljck5kRGpnZ2JMMUtnZ01xWHRMbyIsInkiOiJOZ0IxTmswMFBxTTdO"
        "d2xHTnB4VEV3SVhjVzMzZzRFaHNmRXgzaUdHQnQ4In19..PvPKF_X43eC2tHE7lB6U9w.Xlr89XKbgsaum_LMn3PLQA.DZHaoOk3laakcWtML_Ek"
        "3XaU3PC73sVTAnBihtqXCQw"
    ),
    "P-256 ECDH-ES+A128KW A128CBC-HS256": (
        "eyJhbGciOiJFQ0RILUVTK0ExMjhLVyIsImVuYyI6IkExMjhDQkMtSFMyNTYiLCJlcGsiOnsiY3J2IjoiUC0yNTYiLCJrdHkiOiJFQyIsIngiOiJh"
        "ZHAxWjYwRDdmb0JFYkRiMVpnVDVZYktIYTQtbFpnR3p5RUN0S1hxNm80IiwieSI6ImZCU0V6N0dOUTVILWhIWmttWDdOS1NSVWNTVkdhYmE2bENy"
        "bUhpOEIzdjAifX0.ZoiE7ksTyz1u6c1bwtTRccu1cbbe-9oXaFBN6klj-HZJc15z7fgiYw.HWH8s5OhlTwyUCTwA4T2LA.MwJWOmBAQsT1r0jalO"
        "HSJ1tr_74VsCMmWLg8FaxvyrI.0X07V7mgoMpcOtvizjfUsw"
    ),
    "P-256 ECDH-ES+A192KW A192GCM": (
        "eyJhbGciOiJFQ0RILUVTK0ExOTJLVyIsImVuYyI6IkExOTJHQ00iLCJlcGsiOnsiY3J2IjoiUC0yNTYiLCJrdHkiOiJFQyIsIngiOiJCUlVTRm51"
        "b2RLYVBBNUJVSzd3cUpYMmhrcjZfMEJKOUx4ZnI3bWhIenE0IiwieSI6IkloeUFtSXVndWduWjdIeXM3Q2o4QW5GUmV1X3dqbVppVTloX2V6cVhO"
        "cFkifX0.q8UYCGofs-BtAp0JmcyTBmZHzQXrHiU6gtgvE8Og88M.hZVd8vyH5CZWx2rB.thszEzweMaJ6dwL5DWgxKLTeSLE.HkgbmH9GQGGmA6Q"
        "18XuspA"
    ),
    "P-256 ECDH-ES+A256KW A256GCM": (
        "eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImVuYyI6IkEyNTZHQ00iLCJlcGsiOnsiY3J2IjoiUC0yNTYiLCJrdHkiOiJFQyIsIngiOiJrdnRfNWty"
        "Uk1hZjdxUHBMcDlsRG1HQXJYd1BJMU81aDcwUUhsWHcyd21RIiwieSI6Iks5YjNEZ1MyYWpiOWFObFJhZzV0Y1F6UHkxODlMM2hqdEwxSlRJMGNu"
        "a2sifX0.tOdVm0eLS4sXLI6NM98Vk1UB6n4_WRSje8eYuRJ9VzURpQVjbzMX6Q.30c_s2dWznlyhIOz.Ms65iXgDi0zY0tA39MI8Z1m7GWc.0ghi"
        "lXE7XTf9TLwJApjMQQ"
    ),
    "P-384 ECDH-ES A256CBC-HS512": (
        "eyJhbGciOiJFQ0RILUVTIiwiYXB1IjoiUVd4cFkyVSIsImFwdiI6IlFtOWkiLCJlbmMiOiJBMjU2Q0JDLUhTNTEyIiwiZXBrIjp7ImNydiI6IlAt"
        "Mzg0Iiwia3R5IjoiRUMiLCJ4IjoibU0xQmExYS1ENjNjX255eVRRcVVzbHExUWF3WExkckNtVnJlNGhlNE9McDV3UF9Ud3A2U3l1SngyQy1KZ05w"
        "bCIsInkiOiJqQ3pmS1lwSmcxV2xDZmN0TlRKVmR3TFlCVUJEc05KdlRFRldtYnBYUk9PSHlDNkc1WF8ycWRxclN0RWVHZHdDIn19..2ZybCOME7f"
        "utxvZaFWvA8Q.ynYEYkH4ChCKa8lhCRt8UQ.MsIPCI6ys97SNMv1l15_bKhIxw3VboELbgsk3e7_C_M"
    ),
    "P-384 ECDH-ES+A128KW A128CBC-HS256": (
        "eyJhbGciOiJFQ0RILUVTK0ExMjhLVyIsImVuYyI6IkExMjhDQkMtSFMyNTYiLCJlcGsiOnsiY3J2IjoiUC0zODQiLCJrdHkiOiJFQyIsIngiOiJn"
        "dkROLUVvYW5vQ2RZeHZQSm9kelQxc1BPaXZYem9ic1U1cmZBRFFDSXU0QlZ1RkJNN1gzZWNPM1liSWdHaHdMIiwieSI6IjhQMXJKYVg4RTlJRldj"
        "Wkc3d05MaGVKSU04RkNHaUxnZWVBR0Z4RmVTcUFoeC1jSzg4VVRMX1UxNWE3N09TWHkifX0.urGK1GD_l0QEhzWKYwUH8KnJmPVUkiHvt_b-mAjT"
        "boKYfBctEdC89g.2uxExLCDthlQR78Ez1yQWw.jWZvjnE0x264PgpXkX-KW0Um8GOwTXRa81cEPEsYfoI.fTXfnP-e5KlDG8w1ZH1Uug"
    ),
    "P-384 ECDH-ES+A192KW A192GCM": (
        "eyJhbGciOiJFQ0RILUVTK0ExOTJLVyIsImVuYyI6IkExOTJHQ00iLCJlcGsiOnsiY3J2IjoiUC0zODQiLCJrdHkiOiJFQyIsIngiOiJPNkRxQ0dm"
        "ei1EMDUwNU5jNk1sZTFWNjl0YjYzSUI0X01CNnlOT1NXeGpaQUpzQnZmLUVGVHZuem5MZm1BNU43IiwieSI6Il9iRU1jT0hsRkIzd3VDY1puVDhM"
        "WGhFeFpuOXNvRG5DdE5VS1M4c3duZUZrbUREakFBekY4Q2pKaGdwYXBWV1gifX0.mQOjoiPEFSdmAYSV-B3kxFfSYzKeIQVsu1Y_yvcv7g8._0gk"
        "dRWsF2cPp00V.HgUjpBKdMB-hvquxkHtiSJJCet0.CaR7uG4vKU_7FyTn3nWDhg"
    ),
    "P-384 ECDH-ES+A256KW A256GCM": (
        "eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImVuYyI6IkEyNTZHQ00iLCJlcGsiOnsiY3J2IjoiUC0zODQiLCJrdHkiOiJFQyIsIngiOiJRcGNFZ1Nk"
        "UWVGdVF1ckFSVktKVzR6ckVHekt3TU1LZ0hXcHRBUEYtanYxN3BFb1VDZXZmNE5ZYmlTdUpwa1BHIiwieSI6IkZQNy1TaFlkdlN3djFaQlpFMTJV"
        "alhsY1RpU1ZOcG1NVjAxVmxWVFlxQ0hGbFpWcTk0RFJha2EwY08xb3hQT20ifX0.BzBtWhRfNhUXZqCflS9qYhMb1ERAp5ZWXZxkHYEriJkDrPXe"
        "Ss7cIA.5HAga95YaIgUGBYl.HbHqBxhNWswyDs7OsYjgjpejWi8.exnTt7aA0I_1aSCETlwU9g"
    ),
    "P-521 ECDH-ES A256CBC-HS512": (
        "eyJhbGciOiJFQ0RILUVTIiwiYXB1IjoiUVd4cFkyVSIsImFwdiI6IlFtOWkiLCJlbmMiOiJBMjU2Q0JDLUhTNTEyIiwiZXBrIjp7ImNydiI6IlAt"
        "NTIxIiwia3R5IjoiRUMiLCJ4IjoiQUdoVFBncE52XzZvWTNYMWNNcVB2QzhoM2hIQ3hSY1RLdGNZME5zdTN5UVRzd2RYWm5maEV0dVk0TVZxbFpv"
        "OEdmWkE1YV9nMEJRakU2LXlHRVhGRGVlWCIsInkiOiJBYllQWi1pQXdMNEdmcEhvaXhoSmh1RUFGSms2enpOOGVCUm5vMHVyNmZ5Q0ZUdE93amQ1"
        "OFpkc3UwTV93QnRUclBIY0QyUE1tZlBFci1WYVlIdERHVmVwIn19..50XJXEFl9tDj1Ja_cBF9KQ.wYJkqGNGYGnDO5Fvt3phOA.O3azhO44lFxc"
        "8-vwZyVVue0yMIYw2O9J8JtuVqyQzMg"
    ),
    "P-521 ECDH-ES+A128KW A128CBC-HS256": (
        "eyJhbGciOiJFQ0RILUVTK0ExMjhLVyIsImVuYyI6IkExMjhDQkMtSFMyNTYiLCJlcGsiOnsiY3J2IjoiUC01MjEiLCJrdHkiOiJFQyIsIngiOiJB"
        "YW9keG5fdkQ5WnF0dXpxcUdCT2pnTExJRVBrWTZPUFd3Qk1ZWmZMdDVnUTVwUmthMjZaV2lTNENTMldLR3NMVF9aenpRSEt2M2FnSWNtVVhoWjhx"
        "SGVOIiwieSI6IkFJU1dXb0FoQlRwVmZrRzFOU3pMMkV1ZVowZUp0RHIycTVtZzA2N0JkZ3JNMDNnVS1HM0dWYWxaZnBqVGJpTHhjazhScXpjb2M3"
        "T05kYnhLVjVETC1pRGUifX0.mPJeO4EeSVLScp1NuvN8IUDHB2ioIdRLeX3cf7mFWzw3KpZRsg68-A.C6XE66B8kBv9UGYNGp7SBg.F43ul5c5AV"
        "2hxKWiwaTzrX0YyBnTXKMnqeukEFmmhk4.dTwQTn2kutQWplrAmaAmAg"
    ),
    "P-521 ECDH-ES+A192KW A192GCM": (
        "eyJhbGciOiJFQ0RILUVTK0ExOTJLVyIsImVuYyI6IkExOTJHQ00iLCJlcGsiOnsiY3J2IjoiUC01MjEiLCJrdHkiOiJFQyIsIngiOiJBVjdfM2xT"
        "SUcwR2JrandGZFg1VUt4bVJ2T0JOY0FXQUNDUjY1YW5mLUQ4Qzd4cnNXNXJ5cWwwVnJpeEdUZThZWXM2blhoYWVmRE9nVDdVVXk4SFhwVld4Iiwi"
        "eSI6IkFQNUZJVE1seWh2dVhzVG5aVklqR0VoUUFmdlA0NTVZQlhXcmlFUUJBUEVaNGc1Z2tCZ1E5X0VWdDQ4dFRuYm9Zb0tRMEg1alk2UzhCalhf"
        "YjZxOWhLY2EifX0.hsKOEPO1KEa6QDBqZGLsBcCOdpaQFICgW51NHNHAbfo.WjFQtd5g-_XThhr3.jdwbX5-ac3LIf91aVS0a8DLWpXY.BjLe6xc"
        "tVtLdUXlC2eDlAw"
    ),
    "P-521 ECDH-ES+A256KW A256GCM": (
        "eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImVuYyI6IkEyNTZHQ00iLCJlcGsiOnsiY3J2IjoiUC01MjEiLCJrdHkiOiJFQyIsIngiOiJBV2NNZmM4"
        "TDg3T0kzWU9ydi1HdlFrNUVuTklDWjZmWVhYWi1uZVV3TkpBZzJVY1lBcTdLU0JPU1dNLWJDRXY4WloxNHZxQjJqaXNxSmZLQjFtRHVmWElNIiwi"
        "eSI6IkFUTTA3VTVIN0s5OW02WG5xVUxsbG45WDZrN1JBYVBCRVpsQUgzLTZjQWF1ZjlvSW5MVmtHdmNZTVJpSVB5MjFfZmhweDhEeVMycU56cm54"
        "Wk9ydWVrcVYifX0.Tw_-9FsRubY27MKV-ESARxYzmXv3iweDvWOIb4pPJaHWzLfzNM4DlQ.VV3LVcA1B8-s68a2.84YNtU3j6-i8Rf_sDeuCqp0m"
        "238.lznZtsgW1R8CXUAbf-LohQ"
    ),
}

RSA_CERTIFICATE = """-----BEGIN CERTIFICATE-----
MIICmzCCAYOgAwIBAgIBBTANBgkqhkiG9w0BAQsFADARMQ8wDQYDVQQDDAZhLnRl
c3QwHhcNMjAwMTAxMDAwMDAwWhcNNDAwMTAxMDAwMDAwWjARMQ8wDQYDVQQDDAZh
LnRlc3QwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQC+Xto7M4TFH3NH
Tax1Qm2K/uauTyLya3e2ZcFt0hTo3FzbN+cAsQU1/AawUhoxVNCMFozpc5DI5CIa
LuW1RNup0mVtwonrV8LPR/ut6J23NLdZJbjvgeYsiJjUZSmIPYQ/I41fTWYdbMWn
mQYVG13i4/+lVPYxr9XtYWzqQjyJ7RlRS3bEt5/S3O9p/hrM83AYd4jQQ8akppMn
BWe5DwgdWebwWb5+1zp9Jx0ZuMzzZ2iQHx7Hdw76UffLJOrtjJunwxkuVoXkiGms
Y1BrycTyyV0auP7kclmcLDlW8rKJi371karOZQYZFNk1vuwmnS36skCeaJwyrlod
Hz9I9mk9AgMBAAEwDQYJKoZIhvcNAQELBQADggEBAKTi5jh58PeSmLGvNrXmWb65
twnTyLmNEsMvmO8z55z4pdXhop7EORmuokar+A2a9PuNJZTUZA1jod0zbU3vYu1Y
eZ0eEZ9IIC5cSdws9n5ecROxutukTZls5QhFZCpoQXGVJeHghi4BnezFyRZDWcJi
i9W6xH1lGH9+IWpQjlavShy7XIHZCnxLJl3SC9/Zujn5qRX8r60VH0ZR3kTyEkqK
QRxNbKvNT0Eg1uhp5z6fzmYDY/mewPOOU2wYuYgqBNsGSguBU6ihTdx/j2YtVJoR
bk/YmQfg0QCMGFqVoBkU0pIm0gTtaDME0aKnKFmmio3I2Bh1umA07JXgJbxY2Qk=
-----END CERTIFICATE-----
"""

# With its private key, as such files often are.
EC_CERTIFICATE = """-----BEGIN CERTIFICATE-----
MIIBSzCB0qADAgECAgEFMAoGCCqGSM49BAMCMBExDzANBgNVBAMMBmEudGVzdDAe
Fw0yMDAxMDEwMDAwMDBaFw00MDAxMDEwMDAwMDBaMBExDzANBgNVBAMMBmEudGVz
dDB2MBAGByqGSM49AgEGBSuBBAAiA2IABJbVQ7+bD7dVzlNH0cfP/V2xzGcZOXOy
a3UH4hADcK2ZK4nlmbhwseVz6c1Tle2LnYJkNN5mKK/fQyx1+TZY0ocI8hkneWz1
Rbc60iQz/sIWQdyBrSLmqyy1A5EqqF5YfjAKBggqhkjOPQQDAgNoADBlAjEAoviY
rkCl2c246u6QlKq1z+eCRbnAzhrVyGEd5NO2KUmNuDsD5hzbdRrS1BRtug5TAjB2
0GWqEaOOOTPq30i8UX9vgwrEIsY6uF7ceplXD54oF1nF/RVjspZWhN38R/KzCnY=
-----END CERTIFICATE-----
-----BEGIN PRIVATE KEY-----
MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDBNCBz83ucUjGM6ycVM
2V7QMfScumB4ZP8uO3nbSHqDJFcc+2ilZSo8Qj5U6f7ZpI2hZANiAASW1UO/mw+3
Vc5TR9HHz/1dscxnGTlzsmt1B+IQA3CtmSuJ5Zm4cLHlc+nNU5Xti52CZDTeZiiv
30Msdfk2WNKHCPIZJ3ls9UW3OtIkM/7CFkHcga0i5qsstQORKqheWH4=
-----END PRIVATE KEY-----
"""

SIGNED = {
    "RS256": (
        "eyJhbGciOiAiUlMyNTYifQ.eyJhIjoxfQ.rdQRR2MhgGm9-ahPqnlEy3oDRRNGMzgRr1xi4jQP6oT5A5x72ChHRkjAiMl1GeEF-diMtpNpnWvEgi"
        "QahnB86Qv3hLpjCk_i1hbwZkIvtffrpUXyPfYqjGa6ZvgfJ56uNawPC5WCQjSCeNYxSlKy_4yWXbsAJkdcU8jIJXIPVhRUwDR3QxZWR8UbUgShv6"
        "uVTUveKvQCNBw7lhGmyVnWA912BvFE2Hf7o0rJqWYd48znYeGNtES1OUp_uKw1v6wRMWN9MRfYrYZ8IZTgy8p2TdUFcRIwaWtdaQp_AJ6c8uIRR6"
        "w38zuW3cZroywtKyMpTAGaURPxqs96jx2zUIujDQ"
    ),
    "PS256": (
        "eyJhbGciOiAiUFMyNTYifQ.eyJhIjoxfQ.OqtSMC8e5d5Zp1uuFtJxKDghJ2cab0LijKjtcs1S0wgfJh2LVdNFJckc_7IvIeuOo_nf0MFk-Ai6mE"
        "mrfXodvyrr-8GJ2zSHGZM8yGMNpEpln97j5lT24VbZXj6aLD4QD24l_OCFfiPCqRK7jOKynrCgI4pyXiKphb7hWpnFOxJuupxiSOcLPX8waszay2"
        "1-7U34HCygaxBteWEYE0NSY7ArAlIdiWgGxWNtUZaVXrizqqw8DDgk16P0MdNFR6Zoxj_5_qetbIuKVLSgNtWoI0jsHYyZveQ1f3AxKbGEOQZcPt"
        "ciYXdGc4DaHqKokx76sq3EDHQ1N85vlTIiwKv9pA"
    ),
    "RS512": (
        "eyJhbGciOiAiUlM1MTIifQ.eyJhIjoxfQ.FyJIgz4Nwazo26pZsK3iTQHQf8ZfQEI6CfD1B91AcC9Kl_6Bcy1_rlrTe1R0XiIbJiRQXJ7ZzFS6o7"
        "2ZF0NMItHY6dx56vv9SDsORW4mew4EyEke6TNSkCFE3HcEBG38EIc-9XzMi_coTuo_28AVwfn1cx6nu4bRgT5F4JRP0ALBxF-ZzvyJBrXqWryopU"
        "lXQ0GnP4NzVMnOofrbK3Sw6qr-TAbNt_Duvsohuvv2oxkAM-yqR-pP5N6sPxuBCHzUtrS8hIjSF7RhmBMIfScONRYs8Hel88gaUF7Q0jeC9obhm9"
        "SHTiknyPlq9_eOrpCGnbh32D96_DQtQr4Vl8193w"
    ),
    "ES384": (
        "eyJhbGciOiAiRVMzODQifQ.eyJhIjoxfQ.TmeSrKJI-jT5wVRZRtYV3IGO0-AEVYybOV-wG6IbvC7TTyWfgad4ZOEHSzlUadGN4DEpILdBGUIuDh"
        "oqrVP3Ov5LL1ISo59uusR52GMVaxFUqo172aPPSuEOcCN1KWCi"
    ),
}


@pytest.fixture(autouse=True)
def newer(run):
    since(run, 3, 4)


def opened(run, serve, *cases: tuple[str, str]) -> list[str]:
    """What each pair of a token and a key gives."""
    front = (
        "http-request set-var(txn.key) req.fhdr(x-key)\nhttp-request set-var(txn.token) req.fhdr(x-token)\n"
        'http-after-response set-header x-text "<%[var(txn.token),jwt_decrypt_jwk(txn.key)]>"'
    )
    proxy = site(run, front=front, top=TOP, s1=serve(hello))
    with proxy.connect() as client:
        return [
            (client.ask(get("/", f"X-Token: {token}", f"X-Key: {key}"), "GET").get("x-text") or "")[1:-1] for token, key in cases
        ]


def oct_key(secret: str, **more: str) -> str:
    text = base64.urlsafe_b64encode(base64.b64decode(secret)).decode().rstrip("=")
    return json.dumps({"kty": "oct", "k": text, **more})


def key_of(curve: str, **changes: str) -> str:
    return json.dumps(KEYS[curve] | changes)


def test_tokens_for_a_key_on_a_curve(run, serve):
    found = opened(run, serve, *((token, key_of(name.split()[0])) for name, token in TOKENS.items()))
    assert dict(zip(TOKENS, found, strict=True)) == {name: f"hello {name.split()[1]}" for name in TOKENS}


def test_tokens_for_a_shared_key(run, serve):
    found = opened(run, serve, *((token, oct_key(secret)) for secret, token in SHARED.values()))
    assert dict(zip(SHARED, found, strict=True)) == {name: f"hello {name.split()[0]}" for name in SHARED}


def test_members_that_say_nothing(run, serve):
    """Members besides, their order, and padding."""
    secret, token = SHARED["dir A256GCM"]
    key = json.loads(oct_key(secret))
    keys = [
        oct_key(secret, use="sig", alg="A128KW", kid="1"),
        json.dumps({"k": key["k"], "kty": "oct"}),
        json.dumps({"kty": "oct", "k": key["k"] + "="}),
    ]
    assert opened(run, serve, *((token, each) for each in keys)) == ["hello dir"] * len(keys)


def test_numbers_with_zeros_in_front(run, serve):
    token = TOKENS["P-256 ECDH-ES A128GCM"]
    changes = ({name: "AAAA" + KEYS["P-256"][name]} for name in ("x", "y", "d"))
    assert opened(run, serve, *((token, key_of("P-256", **change)) for change in changes)) == ["hello ECDH-ES"] * 3


def test_keys_that_are_none(run, serve):
    token, shared = TOKENS["P-256 ECDH-ES A128GCM"], SHARED["dir A256GCM"]
    key = KEYS["P-256"]
    keys = [
        key_of("P-384"),
        key_of("P-521"),
        key_of("P-256", crv="P-384"),
        key_of("P-256", crv="P-257"),
        key_of("P-256", x="AAAA"),
        key_of("P-256", x=key["y"]),
        key_of("P-256", d=""),
        key_of("P-256", d="A" * 43),
        key_of("P-256", kty="oct"),
        key_of("P-256", kty="ec"),
        *(
            json.dumps({name: value for name, value in key.items() if name != without})
            for without in ("kty", "crv", "x", "y", "d")
        ),
        "{}",
        "{",
        "[1]",
        oct_key(shared[0]),
    ]
    cases = [(token, each) for each in keys]
    cases += [(shared[1], each) for each in (key_of("P-256"), oct_key("AAAA"), json.dumps({"kty": "oct", "k": "%%"}))]
    assert opened(run, serve, *cases) == [""] * len(cases)


def changed(token: str, **members: object) -> str:
    head, rest = token.split(".", 1)
    said = json.loads(base64.urlsafe_b64decode(head + "=="))
    text = json.dumps(said | members, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=") + "." + rest


def test_tokens_that_are_wrong(run, serve):
    token = TOKENS["P-256 ECDH-ES A128GCM"]
    point = {name: KEYS["P-256"][name] for name in ("kty", "crv", "x", "y")}
    wrong = [
        changed(token, epk=point),
        changed(token, epk=point | {"y": point["x"]}),
        changed(token, epk=point | {"x": "AA"}),
        changed(token, epk=point | {"crv": "P-384"}),
        changed(token, epk=1),
        changed(token, apu="Qm9i"),
        changed(token, enc="A256GCM"),
        changed(token, alg="ECDH-ES+A128KW"),
        changed(token, alg="ECDH-ES+"),
        changed(token, alg="ECDH"),
        token[:-3],
    ]
    assert opened(run, serve, *((each, key_of("P-256")) for each in wrong)) == [""] * len(wrong)


def test_a_wrapped_key_that_nothing_was_to_be_wrapped_in(run, serve):
    """RFC 7516 section 5.2, step 10, wants it empty; HAProxy passes over it."""
    token = TOKENS["P-256 ECDH-ES A128GCM"].replace("..", ".AAAA.")
    assert opened(run, serve, (token, key_of("P-256"))) == ["hello ECDH-ES" if run.program.is_haproxy else ""]


def test_a_key_in_the_file(run, serve):
    text = key_of("P-521").replace('"', '\\"')
    token = TOKENS["P-521 ECDH-ES A256CBC-HS512"]
    front = f"""http-request return hdr X-Text '%[req.fhdr(x-token),jwt_decrypt_jwk("{text}")]'"""
    proxy = site(run, front=front, top=TOP, s1=serve(hello))
    assert proxy.ask(get("/", f"X-Token: {token}")).get("x-text") == "hello ECDH-ES"


# The algorithm, the token, and the answers for the certificates of RSA, of a curve, of no file and of one without a certificate.
VERIFIED = {
    "RS256": ("RS256", "1 0 -5 -5"),
    "RS512": ("RS512", "1 0 -5 -5"),
    "PS256": ("PS256", "1 0 -5 -5"),
    "ES384": ("ES384", "0 1 -5 -5"),
    "another signature": ("PS256 RS256", "0 0 -5 -5"),
    "none": ("none RS256", "-2 -2 -2 -2"),
    "a secret": ("HS256 RS256", "-2 -2 -2 -2"),
    "unknown": ("XX RS256", "-1 -1 -1 -1"),
}


@pytest.mark.parametrize("case", VERIFIED)
def test_certificates_verify(run, tmp_path, case):
    (algorithm, *other), want = VERIFIED[case][0].split(), VERIFIED[case][1]
    token = SIGNED[other[0] if other else algorithm]
    files = {
        "rsa.pem": RSA_CERTIFICATE,
        "ec.pem": EC_CERTIFICATE,
        "key.pem": "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    names = ("rsa.pem", "ec.pem", "none.pem", "key.pem")
    answers = " ".join(f"%[var(txn.token),jwt_verify_cert(txn.alg,{tmp_path}/{name})]" for name in names)
    by_name = "%[var(txn.token),jwt_verify_cert(txn.alg,txn.path)]"
    front = (
        "http-request set-var(txn.token) req.hdr(x-token)\nhttp-request set-var(txn.alg) req.hdr(x-alg)\n"
        f'http-request set-var(txn.path) req.hdr(x-path)\nhttp-request return hdr X-Is "{answers}" hdr X-Named "{by_name}"'
    )
    proxy = site(run, front=front, top=TOP, s1="127.0.0.1:1")
    with proxy.connect() as client:
        for name, answer in zip(names, want.split(), strict=True):
            got = client.ask(get("/", f"X-Token: {token}", f"X-Alg: {algorithm}", f"X-Path: {tmp_path}/{name}"), "GET")
            assert got.get("x-is") == want
            assert got.get("x-named") == answer


def test_what_a_signature_is_not_of(run, tmp_path):
    (tmp_path / "rsa.pem").write_text(RSA_CERTIFICATE)
    token = SIGNED["RS256"]
    head, body, signature = token.split(".")
    wrong = {
        f"{head}.{body[:-1]}x.{signature}": "0",
        f"{head}.{body}.AAAA{signature[4:]}": "0",
        f"{head}.{body}": "-3",
        f"{head}.{body}.{signature}.a": "-3",
        "a": "-3",
    }
    front = f"http-request return hdr X-Is %[req.hdr(x-token),jwt_verify_cert(RS256,{tmp_path}/rsa.pem)]"
    proxy = site(run, front=front, top=TOP, s1="127.0.0.1:1")
    with proxy.connect() as client:
        found = {each: client.ask(get("/", f"X-Token: {each}"), "GET").get("x-is") for each in wrong}
    assert found == wrong
