/*
 * Keys and signatures made by another implementation (python-cryptography) over signing strings written by hand
 * after draft-cavage-http-signatures-12. The keys serve nothing but these tests.
 */
#ifndef TESTS_UNIT_VECTORS_SIGNATURE_H
#define TESTS_UNIT_VECTORS_SIGNATURE_H

static const char rsa_private[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDVylh7MUfrJ3N6\n"
	"xkR5uwe8oJJprvjA3tfhty4hiqT2qT+GxY8wW2mcONgZOwWsV7nNHTFLofJAGJNM\n"
	"7g61Iht2tBNpf+kBJZ9+P/RWdUo8CtYZugFjbBDYx8ePf6qCAo2YMXc25Wzyme37\n"
	"+RDEHIThpYLWqO7SMDSV1XRUpffBTG1JhjfhIIiGy3cLnwCDxbqMwr2ojWjVm8St\n"
	"N36wKSS5zJn7vwebcwOeFqEzqzS2krA46uqw1x+reywF5iEl8DJ1e7LKUnIeCBTk\n"
	"KHfOqVfdgehdOp9Yu2ufx1pkhdMPv1O6f1BzXDALC7/I0dk58jmyYfVDAvGerbWj\n"
	"c7PxfkuLAgMBAAECggEAK7RVWT3OU3q5p0gf2HjNEJkMxVERJjCIFmsBoba7mXco\n"
	"9u6tIngVg2u1dZb0xnIamB1XJfyBzuuXNTtXQ10pGx+d9kvBQMxFqiP92azZk6Ot\n"
	"eA3n2cDOQtq4Z5P0Mea+tnWqRs0o9AFWvtOAQ28HFS/mKubXB532Kgk8Yk+ZcejD\n"
	"XlqixwmFjL/DJxKeaJdYXoeAzsqyMkk0uyhy3ohwuxpAe9uGa9ZCXEyXzbqVZJQ8\n"
	"KcnFpKysC2jYkXFC4gUBpkhySGQ0covXE1EJMplgLu1kq2DCKDmjyqnfEdHD09H5\n"
	"9OgcfhlESxIGa01hH6Pm01ud+db/UuuIVIwx+psSDQKBgQD9Fb0FJNMEtkAs0QRQ\n"
	"ZN6HABvgCqYUfaYcnlcs0o6vw8ERFuCN5MMXRU+9DTk9w92tkk4eLBT+UZDXGHz2\n"
	"dsarTMKx+pTw1EYPTikCQbi2YYtJjRKga0tUiLPygLJ9skWyA7DEMsv6sA9KvtwT\n"
	"50p/CTbqwSPlQUhl1w8iamyZbQKBgQDYQL24pqXNTIou/ln1t75W7iwSKvf7e2NE\n"
	"+dgrcJEi/J5ZiFt3Ivz2jKMUra87dPRgpwPXH+P3aFMtkaDq9BsssjGS23t9ZROv\n"
	"8ND4EzODWsfhV5X7JPg+hfnL7Swp+BnlJgsB9CekR9zLnHca4PY8NViH6goOsCLl\n"
	"nQ1b3dGV1wKBgQCp0ZdWx0HM7JmdONcjNrvWbC1IJP0RzMnUdC7chaB2sexvkiE1\n"
	"NOXvTHPXz/KzziSGHiDKwBuKFqMQoX7gRgzCzqvpjtG300f7Zx+/Qug1gLhcrwtr\n"
	"lvMiEuRj+RVLoH6Bl1ZaIBec69wm9HBp7o2fNkiiNtzmLOruYuLl3fFm9QKBgGYg\n"
	"PPjFCqwnp2KGECnwul0HYZy62h3TqY/bhfEN2hzxvD6AHOHojhpJVILhe03S783t\n"
	"Uez4TIp8pDty+NG8slCrXqoCKRGQ+Hkwex+MwdkYuCh9WoEednXgg5WAzkiLuH71\n"
	"NmGX0ljM70LhA4aYEvFgKA0Xw+Qn3nMddj+aQ+5FAoGAWqTILGCFBeNP1ICuwq2F\n"
	"mZTY6ChAlzwYWPe545/ZU+xAAelLBJWMQ9iHNJkGp+FP84hfSAOOxE3NYHDVkhTr\n"
	"cI6LGQGeSyVZoKr64Y46M24ixFSt+9yjQWLbpD+fm1FVc5Xhj5o4owDDAbNMGZ7t\n"
	"n9cPEjcLh7zmsGyJbEt57Hk=\n"
	"-----END PRIVATE KEY-----\n";
static const char rsa_private_pkcs1[] =
	"-----BEGIN RSA PRIVATE KEY-----\n"
	"MIIEowIBAAKCAQEA1cpYezFH6ydzesZEebsHvKCSaa74wN7X4bcuIYqk9qk/hsWP\n"
	"MFtpnDjYGTsFrFe5zR0xS6HyQBiTTO4OtSIbdrQTaX/pASWffj/0VnVKPArWGboB\n"
	"Y2wQ2MfHj3+qggKNmDF3NuVs8pnt+/kQxByE4aWC1qju0jA0ldV0VKX3wUxtSYY3\n"
	"4SCIhst3C58Ag8W6jMK9qI1o1ZvErTd+sCkkucyZ+78Hm3MDnhahM6s0tpKwOOrq\n"
	"sNcfq3ssBeYhJfAydXuyylJyHggU5Ch3zqlX3YHoXTqfWLtrn8daZIXTD79Tun9Q\n"
	"c1wwCwu/yNHZOfI5smH1QwLxnq21o3Oz8X5LiwIDAQABAoIBACu0VVk9zlN6uadI\n"
	"H9h4zRCZDMVRESYwiBZrAaG2u5l3KPburSJ4FYNrtXWW9MZyGpgdVyX8gc7rlzU7\n"
	"V0NdKRsfnfZLwUDMRaoj/dms2ZOjrXgN59nAzkLauGeT9DHmvrZ1qkbNKPQBVr7T\n"
	"gENvBxUv5irm1wed9ioJPGJPmXHow15aoscJhYy/wycSnmiXWF6HgM7KsjJJNLso\n"
	"ct6IcLsaQHvbhmvWQlxMl826lWSUPCnJxaSsrAto2JFxQuIFAaZIckhkNHKL1xNR\n"
	"CTKZYC7tZKtgwig5o8qp3xHRw9PR+fToHH4ZREsSBmtNYR+j5tNbnfnW/1LriFSM\n"
	"MfqbEg0CgYEA/RW9BSTTBLZALNEEUGTehwAb4AqmFH2mHJ5XLNKOr8PBERbgjeTD\n"
	"F0VPvQ05PcPdrZJOHiwU/lGQ1xh89nbGq0zCsfqU8NRGD04pAkG4tmGLSY0SoGtL\n"
	"VIiz8oCyfbJFsgOwxDLL+rAPSr7cE+dKfwk26sEj5UFIZdcPImpsmW0CgYEA2EC9\n"
	"uKalzUyKLv5Z9be+Vu4sEir3+3tjRPnYK3CRIvyeWYhbdyL89oyjFK2vO3T0YKcD\n"
	"1x/j92hTLZGg6vQbLLIxktt7fWUTr/DQ+BMzg1rH4VeV+yT4PoX5y+0sKfgZ5SYL\n"
	"AfQnpEfcy5x3GuD2PDVYh+oKDrAi5Z0NW93RldcCgYEAqdGXVsdBzOyZnTjXIza7\n"
	"1mwtSCT9EczJ1HQu3IWgdrHsb5IhNTTl70xz18/ys84khh4gysAbihajEKF+4EYM\n"
	"ws6r6Y7Rt9NH+2cfv0LoNYC4XK8La5bzIhLkY/kVS6B+gZdWWiAXnOvcJvRwae6N\n"
	"nzZIojbc5izq7mLi5d3xZvUCgYBmIDz4xQqsJ6dihhAp8LpdB2Gcutod06mP24Xx\n"
	"Ddoc8bw+gBzh6I4aSVSC4XtN0u/N7VHs+EyKfKQ7cvjRvLJQq16qAikRkPh5MHsf\n"
	"jMHZGLgofVqBHnZ14IOVgM5Ii7h+9TZhl9JYzO9C4QOGmBLxYCgNF8PkJ95zHXY/\n"
	"mkPuRQKBgFqkyCxghQXjT9SArsKthZmU2OgoQJc8GFj3ueOf2VPsQAHpSwSVjEPY\n"
	"hzSZBqfhT/OIX0gDjsRNzWBw1ZIU63COixkBnkslWaCq+uGOOjNuIsRUrfvco0Fi\n"
	"26Q/n5tRVXOV4Y+aOKMAwwGzTBme7Z/XDxI3C4e85rBsiWxLeex5\n"
	"-----END RSA PRIVATE KEY-----\n";
static const char rsa_private_locked[] =
	"-----BEGIN RSA PRIVATE KEY-----\n"
	"Proc-Type: 4,ENCRYPTED\n"
	"DEK-Info: AES-256-CBC,13A09296CC9B95F4D2128435F528F11C\n"
	"\n"
	"4lXSQAvNyo2lyW77Vfy9aPJ/Koooshjl7GLM/kf/mjc5NYkUrvIhlS42eSw398Fm\n"
	"PpZrj5LztexA33vDXU62WcNBkeotmIalguFB7dGuYld125KXSqAizmS3Mga+kdMs\n"
	"zPEGM12Bk2Ugu5vymwitAbwYZmUgMWvKxw8bKNx9jjdJNo2BlgVivzHpDPllnDLT\n"
	"oMjrHyU4WHYl/c+bmqUk3RSwXpNIocS09Uo+AZzSGEICcgH/8pFCt7GtY2pgNp6o\n"
	"QLCzJc9nrZPKNoBJXYPxfSNuu73ZHI6nQnryf0GL2c9sqXST2Kh3f89S5K1lVf59\n"
	"3RkKhUiMKDabUQP03MJEGKy28IWssPUfX+pZZwP8hMf9c163bdiD+oEpzTi6nZYd\n"
	"u4aAVs1aM5qB4mYCj4f9OP/Dk+RGFKANJ0dSyOG20H/6zT9ygGDQaEsTc+hxNv6H\n"
	"sWZcE1bmc9pU+4KWTIz7KW/0aaaFbDtHwiNRjefAkK63qsbmyHdXrxteNHxqmOps\n"
	"slCBgT29uypahqOWxmX29CZ/EEvR0Gt3yHCocKi+xikHao2MgQvtR4zE54ILAq7O\n"
	"WMKMBMl9tFvVLU0A8PwqP5ekMoCKETufJcfiZtjhbACmz5t5GcsM1vyVXqWQ9sR8\n"
	"vwDg7cgiZIPpbvASWj3VtYAaFRNoaCWL8R2JER1pojDxkOiavINTmBVhDTwJDBBK\n"
	"4W5JsC6pyWCgFgMfxC1KhuyLkOITMabNQZrvj73IW78nw5WrAycP2VNV6uBFbWLz\n"
	"G0Wz4MsunEWivnuqJhQGTbjKhmt/VY9OH40gPgLeLGJtxx92W0yJ0KgDiMEmInF1\n"
	"Hp7efm/Uq5TWq/J1VWuI/LYLUdBuL9iyDFI3ErXNVu1Tx4IPla8pTf2JAlWTQ184\n"
	"MgmupORGaMh9kM/DPD5I6NwCAhqq9vuSpmSy1KpimTEMeb+bfhFX16FOJDN8U6AH\n"
	"veSQkl4AFcX/qhjXFcYBYCOayLffqPZYKqln7q8GkaHTH0nKU5e90y1EpySFbbRk\n"
	"FqHmiR+STB8/rm9ppIjqLPlRQeaIdaXUaA39eUCzE3d9A2Khwj1TkOKaq1o5fziP\n"
	"m/1wPHFbxjtjmbv5LXGL8aTZNwzSq2Yl2q05mzWEafEcU6Su2jg25lJpFsEJ2IiD\n"
	"JT2GNpETUVqiMaDPvqwQLe92CPMbOP9Q6bJrpsy9NPigAkFDMvUltZPKbRSUeL+i\n"
	"KJRcNvZs9XTEkLoIbnQCZtp8WN4B0VrWVBPJiMWbcvcmdaBVzWTub5txypD1bCbq\n"
	"adN5IDj2T8PHtbDMX3JUBf+j/LeLpCtylw72mKm8srFfIHD4r/3io9vQUC3JpF2U\n"
	"40sQOkAOXaPPv4Tw0hEk5hdSpH2CRcfEdpEgkRmP6Qg+XCR8RwRSSET8sTnyfIwG\n"
	"6h/mwyClYoToaEG/66Y5g46ATggm9WNOFjpyRolnrKEHn5pF3tx2bmK/cRq5hzfJ\n"
	"Cfmn6YC/1hCWVs+3G5V7F4AV8maXalvUJyYAXdK0w8x4GhVVzicNSDpOflR7KhyZ\n"
	"vtHJiGzH04xiwXTPpa5x9WDxZnM4z3uClbAuA/QII8CIIA0ngjjas6kQgPc3qXot\n"
	"-----END RSA PRIVATE KEY-----\n";
static const char rsa_public[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA1cpYezFH6ydzesZEebsH\n"
	"vKCSaa74wN7X4bcuIYqk9qk/hsWPMFtpnDjYGTsFrFe5zR0xS6HyQBiTTO4OtSIb\n"
	"drQTaX/pASWffj/0VnVKPArWGboBY2wQ2MfHj3+qggKNmDF3NuVs8pnt+/kQxByE\n"
	"4aWC1qju0jA0ldV0VKX3wUxtSYY34SCIhst3C58Ag8W6jMK9qI1o1ZvErTd+sCkk\n"
	"ucyZ+78Hm3MDnhahM6s0tpKwOOrqsNcfq3ssBeYhJfAydXuyylJyHggU5Ch3zqlX\n"
	"3YHoXTqfWLtrn8daZIXTD79Tun9Qc1wwCwu/yNHZOfI5smH1QwLxnq21o3Oz8X5L\n"
	"iwIDAQAB\n"
	"-----END PUBLIC KEY-----\n";
static const char rsa_public_pkcs1[] =
	"-----BEGIN RSA PUBLIC KEY-----\n"
	"MIIBCgKCAQEA1cpYezFH6ydzesZEebsHvKCSaa74wN7X4bcuIYqk9qk/hsWPMFtp\n"
	"nDjYGTsFrFe5zR0xS6HyQBiTTO4OtSIbdrQTaX/pASWffj/0VnVKPArWGboBY2wQ\n"
	"2MfHj3+qggKNmDF3NuVs8pnt+/kQxByE4aWC1qju0jA0ldV0VKX3wUxtSYY34SCI\n"
	"hst3C58Ag8W6jMK9qI1o1ZvErTd+sCkkucyZ+78Hm3MDnhahM6s0tpKwOOrqsNcf\n"
	"q3ssBeYhJfAydXuyylJyHggU5Ch3zqlX3YHoXTqfWLtrn8daZIXTD79Tun9Qc1ww\n"
	"Cwu/yNHZOfI5smH1QwLxnq21o3Oz8X5LiwIDAQAB\n"
	"-----END RSA PUBLIC KEY-----\n";
static const char rsa_weak_public[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC/NYFDZMiAlUbTUZbSUmQ6Ji4Y\n"
	"U/hDxJJdZKofD/UeIrNhsHP73bPKu4pwg76WsUNe4Bit/XSiVMUt149UWMYEwo/p\n"
	"9Qzzo9Pe7zR1fiKpH1v+lBaDdeIgG3TqaoHqeteIY3rOWr1c2RlpRnWL4QqFKwsK\n"
	"7qaHJqHHgY3JTxlYbQIDAQAB\n"
	"-----END PUBLIC KEY-----\n";
static const char ed25519_private[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MC4CAQAwBQYDK2VwBCIEILEwtDozDBWeCMfUPPsaknAE6MEvJeP7TlPkVntm10Jr\n"
	"-----END PRIVATE KEY-----\n";
static const char ed25519_public[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MCowBQYDK2VwAyEAj+viNqayEbPh5W7pYzqiapPNzVPFyAu8856mDaApiH4=\n"
	"-----END PUBLIC KEY-----\n";
static const char ec_public[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAElChf5uld96XgeMtMHhwrUIwQ8frJ\n"
	"CTKfFNTyXtQJYyL/auNBo8jVsDaPO9vvYr9JMmCN3Xq/dw+FVkCTDgsdJA==\n"
	"-----END PUBLIC KEY-----\n";

/* The body of the POST, and the SHA-256 of it. */
static const char post_body[] =
	"{\"type\":\"Follow\",\"actor\":\"https://a.exam"
	"ple/u/7\",\"object\":\"https://b.example/u/9\"}";
static const char post_digest[] = "SHA-256=TqHLF2tY5atF4L5RmPTaCnIO0Kdz4CuP7kqwDoxwQsA=";

/* POST /inbox?x=1 at b.example, Tue, 24 Nov 2026 08:00:00 GMT, (request-target) host date digest content-type. */
static const char post_rsa[] =
	"V2zc2geLG2Qs1RDefJeHUj2INY9VKjif/QvriQFVMCBFtbi0XVe8zGsEyRu6RneXxu3ZPL6uIHCsIA7nZ5ojs5rHhT"
	"s7fL2tDldffyS7vfT2k59FWEDr4N6aBg+OoFCTvB9bxk58mVTawR/rpQabOVUsHhwA93T5P2FdtEdA4oOrRagGrzGN"
	"eqxGEdj5wcvKthw3lOO1CCQLbcidNFyTaA0ZANFrGfYreAXjckHve7PPKyf2hdW+sv/BAmL74ZSGR4Hp1EiF4TZTHW"
	"A7/CH+RNKafSZN9rOlz5mnnuApFpeEt0YWizEf7zUdAjPG5f2DTF+H0BGJmPPDFZQ8hEXSgw==";
static const char post_rsa_sha512[] =
	"JKroh9Z1zX00iMVlzWtX3oPMMmTPFPbQp33+uE06YzCUD0iAVn4QkEkfVhy24Q3oV8Th+Tj5KKgRR6W5FBFAkt0Ux/"
	"vrBIgCKEOYj94ExaEAGZgB7JrcNiR+xo0eoKayaiG3mEMKfAOjoVI4XF0Dg/zsr/pkYOyhjXR3mWlIvTaDUNaIuAcw"
	"Xt1pwk4gMXVC1b8CmyFqdxGf4Y+riX5m3O1LCUgx97knfpJJ3fDRWsw/ijfoT8JtY7+gsfCT9T6UKj55oy4c37vhcZ"
	"p4/hnoESwGKdjz0P8QGbtRzNqsWX/NUjU+EpB5wjdLlTmi3wubxTK27zOCwNGWJ90jV5zLNQ==";
static const char post_ed25519[] =
	"oKBm3fA7PasRxFnhWdydJ6qHxNPyEQouHl/aXievkfPxKnH8qr9i2dAplKz4yzDJD2r+jGPUToQKSHPxbUk4Bw==";
/* The same as older servers sign it: without the query. */
static const char post_rsa_without_query[] =
	"GxWE/5CNUAPEGOoXcITlrDoz+gMMCYfsy2mo3omz5B2y/oVboW9CQEKgdcupiqEr0SiXGddG3jPSWQtYss85ff3fwY"
	"s4tS168as7RxnPbltT7Dmwg9bvZeddecL4RbsUYdq7burJbtXzM12QmdDUve/VIe+DVjEo1f16u9rkBc+OJ6JNizSe"
	"Iaf+lCs66vSmvs4oP6pjcdmNXssNGUPzse0/h8sELeHT4Ud90bnXzCtN1ei0igHl8jO9tnJayO75gGVvO22GgnHBSf"
	"FpnY7AdP8b8BruSSllJbkn7S0ywxFgt4+p98Kqr5/1OeH7E1vNfGtTgSYA3wOkeAW6XmIt7Q==";
/* GET /u/9 at b.example:8443, the same time, (request-target) host date digest. */
static const char get_rsa[] =
	"XwEUkp+lHnTGb5rudOzcAP4lg2YanduQSKVv20W7Q/2OXwMmVBuIqPpz8kvQvpH2N9cl3nbVLjEyEO9FJAfUzKVppR"
	"iYj+6v98fEp7oWumfYD2Rz525Pcb3ur/x4JGvdC0IAQaRdPpq1ooxY58r1qd0pQUYG73kyR41MHuVM9Tu6WfNSMS7K"
	"4FjhjdvELc0ot7zUM/mCiIMKO948w3cfabQz3JzW6vQp3DCG7HMkTALzoJ4EIfJLdpngEKBCcAhR2p5gD0+9kYUwpb"
	"tvHsUVO37KvXw+0BovUSLx1e+0KTNIkZnvCxKZ//L1oylC2efBe6z/ZBhTf+4t1BTsUJK4gw==";
static const char get_ed25519[] =
	"aBhdST1N8717MwzSXwiUQDjl7tf1BmmWEIwj80ZDtR7oxWCdpCFSdQcjzaEykef/9QUAurpCEwTkFpIrXrDVDg==";
/* GET /u/9 at b.example:8443, (request-target) (created) (expires) host; created at that time, for 120 s. */
static const char created_rsa[] =
	"e9pEaTSBiMAeAhnRVeXs8ckD3Vi09A77rh6xzk9KcSuIPTENHzSSPj8nuLOFAyHYwqLlbawmWMLZsI2cumV18qAsnL"
	"ONULGVWe6ETPKjZ0vD+S/f2PXADLfBXN2byuz9LlUMj1CbJIFLzA4w2rlxopFwJqo+EVYaMV+2Ft9+1conUbLNrxgX"
	"nmQqHKYPoiJaqHrMgdChdPCtgjhyXN2Fu/qgM65Q2j07pM3eVnNJN/6h2x01uVppOL2OxF9A4whOFTJyIAUMNtL3Kw"
	"V5HATAflLGtfTUwSqGn9IcKFUSDy8D9QkcM9GCKBE797kXVhsx490gf7QUeFwV4YrMyNn2rg==";

#endif
