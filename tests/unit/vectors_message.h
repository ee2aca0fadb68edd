/*
 * Signatures after RFC 9421: the RFC's own keys and signatures (appendix B and section 4.3), and some of the kinds that
 * are met in the fediverse, made by another implementation (python-cryptography) over signature bases written by hand
 * with the keys of vectors_signature.h.
 */
#ifndef TESTS_UNIT_VECTORS_MESSAGE_H
#define TESTS_UNIT_VECTORS_MESSAGE_H

static const char rfc_rsa[] =
	"-----BEGIN RSA PUBLIC KEY-----\n"
	"MIIBCgKCAQEAhAKYdtoeoy8zcAcR874L8cnZxKzAGwd7v36APp7Pv6Q2jdsPBRrw\n"
	"WEBnez6d0UDKDwGbc6nxfEXAy5mbhgajzrw3MOEt8uA5txSKobBpKDeBLOsdJKFq\n"
	"MGmXCQvEG7YemcxDTRPxAleIAgYYRjTSd/QBwVW9OwNFhekro3RtlinV0a75jfZg\n"
	"kne/YiktSvLG34lw2zqXBDTC5NHROUqGTlML4PlNZS5Ri2U4aCNx2rUPRcKIlE0P\n"
	"uKxI4T+HIaFpv8+rdV6eUgOrB2xeI1dSFFn/nnv5OoZJEIB+VmuKn3DCUcCZSFlQ\n"
	"PSXSfBDiUGhwOw76WuSSsf1D4b/vLoJ10wIDAQAB\n"
	"-----END RSA PUBLIC KEY-----\n";

static const char rfc_rsa_pss[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2\n"
	"+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+\n"
	"oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq\n"
	"gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W\n"
	"Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4\n"
	"aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI\n"
	"2wIDAQAB\n"
	"-----END PUBLIC KEY-----\n";

static const char rfc_ed25519[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n"
	"-----END PUBLIC KEY-----\n";

static const char rfc_body[] = "{\"hello\": \"world\"}";
static const char rfc_digest[] =
	"sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRw"
	"EmTHWXvJwew==:";

/* Section B.2.1 and so on: Signature-Input, Signature. */
static const char rfc_b21_input[] =
	"sig-b21=();created=1618884473;keyid=\"test-key-rsa-pss\";nonce=\"b3k2pp5k7z-50gnwp.yemd"
	"\"";
static const char rfc_b21[] =
	"sig-b21=:d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786"
	"U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA7ChG52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z"
	"2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxVrogUvA4HELjVKWmAvtl6U"
	"nCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Ny"
	"t8C8ssinQ98Xw9Q==:";
static const char rfc_b22_input[] =
	"sig-b22=(\"@authority\" \"content-digest\" \"@query-param\";name=\"Pet\");created=1618884473"
	";keyid=\"test-key-rsa-pss\";tag=\"header-example\"";
static const char rfc_b22[] =
	"sig-b22=:LjbtqUbfmvjj5C5kr1Ugj4PmLYvx9wVjZvD9GsTT4F7GrcQEdJzgI9qHxICagShLRiLMlAJjtq6"
	"N4CDfKtjvuJyE5qH7KT8UCMkSowOB4+ECxCmT8rtAmj/0PIXxi0A0nxKyB09RNrCQibbUjsLS/2YyFYXEu4T"
	"RJQzRw1rLEuEfY17SARYhpTlaqwZVtR8NV7+4UKkjqpcAoFqWFQh62s7Cl+H2fjBSpqfZUJcsIk4N6wiKYd4"
	"je2U/lankenQ99PZfB4jY3I5rSV2DSBVkSFsURIjYErOs0tFTQosMTAoxk//0RoKUqiYY8Bh0aaUEb0rQl3/"
	"XaVe4bXTugEjHSw==:";
static const char rfc_b23_input[] =
	"sig-b23=(\"date\" \"@method\" \"@path\" \"@query\" \"@authority\" \"content-type\" \"content-dige"
	"st\" \"content-length\");created=1618884473;keyid=\"test-key-rsa-pss\"";
static const char rfc_b23[] =
	"sig-b23=:bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASV"
	"xFkeGt683+qRpRRU5p2voTp768ZrCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/"
	"yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9b"
	"pG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5f"
	"TIztsDZKEgM4cUA==:";
static const char rfc_b26_input[] =
	"sig-b26=(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\");crea"
	"ted=1618884473;keyid=\"test-key-ed25519\"";
static const char rfc_b26[] =
	"sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5l"
	"Ip5WPpBKRCw==:";
static const char rfc_b4_input[] =
	"transform=(\"@method\" \"@path\" \"@authority\" \"accept\");created=1618884473;keyid=\"test-k"
	"ey-ed25519\"";
static const char rfc_b4[] =
	"transform=:ZT1kooQsEHpZ0I1IjCqtQppOmIqlJPeo7DHR3SoMn0s5JZ1eRGS0A+vyYP9t/LXlh5QMFFQ6c"
	"pLt2m0pmj3NDA==:";
/* Section 4.3: a client's signature and a proxy's. The alg of the first is ours, to tell that we do not know it. */
static const char rfc_43_input[] =
	"sig1=(\"@method\" \"@authority\" \"@path\" \"content-digest\" \"content-type\" \"content-length"
	"\");created=1618884475;keyid=\"test-key-ecc-p256\";alg=\"ecdsa-p256-sha256\", proxy_sig=("
	"\"@method\" \"@authority\" \"@path\" \"content-digest\" \"content-type\" \"content-length\" \"for"
	"warded\");created=1618884480;keyid=\"test-key-rsa\";alg=\"rsa-v1_5-sha256\";expires=16188"
	"84540";
static const char rfc_43[] =
	"sig1=:X5spyd6CFnAG5QnDyHfqoSNICd+BUP4LYMz2Q0JXlb//4Ijpzp+kve2w4NIyqeAuM7jTDX+sNalzA8"
	"ESSaHD3A==:, proxy_sig=:S6ZzPXSdAMOPjN/6KXfXWNO/f7V6cHm7BXYUh3YD/fRad4BCaRZxP+JH+8XY"
	"1I6+8Cy+CM5g92iHgxtRPz+MjniOaYmdkDcnL9cCpXJleXsOckpURl49GwiyUpZ10KHgOEe11sx3G2gxI8S0"
	"jnxQB+Pu68U9vVcasqOWAEObtNKKZd8tSFu7LB5YAv0RAGhB8tmpv7sFnIm9y+7X5kXQfi8NMaZaA8i2ZHwp"
	"Bdg7a6CMfwnnrtflzvZdXAsD3LH2TwevU+/PBPv0B6NMNk93wUs/vfJvye+YuI87HU38lZHowtznbLVdp770"
	"I6VHR6WfgS9ddzirrswsE1w5o0LV/g==:";

/* POST https://b.example/inbox?x=1 with post_body, created at 1795507200. */
static const char post_content_digest[] =
	"sha-256=:TqHLF2tY5atF4L5RmPTaCnIO0Kdz4CuP7kqwDoxwQsA=:";
/* As Mastodon does it. */
static const char plain_params[] =
	"(\"@method\" \"@target-uri\" \"content-digest\");created=1795507200;keyid=\"https://a.examp"
	"le/u/7#main-key\"";
static const char plain_rsa[] =
	"j+QrJxNtvsdad+vLEPSfy41SjpOMR+fafPEcnXy/LAGdvkA/YIILdXMrS4nMjOlLo+wFBcqtf4Q3tZ5fnu4O"
	"fqDwn5UpdYTOmnDHP9bEH0JntWcHiW8zs7VFvos3KwDSgP4u2BfPfLJbqAW695aRkkGUSEmYgNfrmntt9sUR"
	"V1bTD66O6xWikqfWahWlvyFh2z9Zuo/HPDj0XEh1tMqFVBJ2cl+UN3cGmCl5MIjqsSDBdDSLphlPw7RNmmAd"
	"i0BBnw+EtrTkzv+VWYDmS4XzNoeo9DU3dLavNO8dBXw9CvIpYHp4TyNAM1bwt9pjmRdNgpcxCvPCDMx+t166"
	"fADfbg==";
/* As Fedify does it. */
static const char rich_params[] =
	"(\"@method\" \"@target-uri\" \"@authority\" \"host\" \"date\" \"content-digest\");alg=\"rsa-v1_5-"
	"sha256\";keyid=\"https://a.example/u/7#main-key\";created=1795507200";
static const char rich_rsa[] =
	"arLvHVOHXdoRQXD5GGqA5UGMISzSvxKCDsHBd5Wy96Tsl7885RiWgCRDSBe8aFlMVGOn3U7hoW4Bhj7UARSm"
	"AfPGXFKerN+302YFE9ul5sFGlsyFYCBEy1IcReJj1l/wFrRzcD2Bcmd8gk0O+9NiBPXBlHJqYt/4V76UI/An"
	"tMmNQioNBiZE24PYxkUFhP6jY/kTQKOdGeeafzn4wokwiTbLHrcXd22jV/AEMVQxaddX134GL8M/6P+ByuKt"
	"Aw83bMcxhtyT/do8cCIWQ3cOdpIzs7dwVEuvYsRR9422EeNMh/bTuyDGMiOVY57kdbay4Lj+K5FMu5nD/WO2"
	"5mOskg==";
/* As we do it, and as we do it when asked for more. */
static const char own_params[] =
	"(\"@method\" \"@target-uri\" \"content-digest\");created=1795507200;keyid=\"https://a.examp"
	"le/u/7#main-key\";alg=\"rsa-v1_5-sha256\"";
static const char own_rsa[] =
	"rQwMmq4Vq4HpoWKN7FPscRZiDyRdF5yMiYQsXMfO6HrX7WH9uh8fp7IijyQ8ZNS17GCPrUrLuNb0jqyoPMEp"
	"dciHVFdVPD6BJcwXN/3TG+ch1X42yiLKAjkPDIE/9tjAgLeOKTgMP14K/hMvO16iXghxcMfnX3Bi0giAy2W4"
	"vJGUJmT0nx2QNLz92gWa02OqK5mk9W5XB75pBGp00FcAKZMbekLJHpydw0vqEC1OLfV58oxXEgOVTX58eTor"
	"iTqSxuqlT+nwSHJhi6qka1wCFENklTCM7i3Tjq7Lz4f1Di+weD21WTBBWImoXsz9O0fovxy8Vma9IWURZsrv"
	"l1IMQQ==";
static const char wished_params[] =
	"(\"@method\" \"@target-uri\" \"@authority\" \"content-digest\" \"content-type\");created=17955"
	"07200;expires=1795507500;keyid=\"https://a.example/u/7#main-key\";alg=\"rsa-v1_5-sha256"
	"\";nonce=\"n-1\";tag=\"app\"";
static const char wished_rsa[] =
	"SDQwfCel9x/ACUqSgPAy0ZGvU/m/P7htksXvr3h4ydZKCVgBxABOtztg65MAGop1SLzKo18DsXGkftOjMK4V"
	"mMQwTEqliRs1DZxucdXTzMolZtp4+9TQs6jPdufQv/GXwtuLBUxAhGHVexpqWmWHd9rBIPa5yl2AjAruMI5P"
	"6UdOoFxkjMns/a7UeuueHed5Y5hN5YDGYKjHBsxPzb0YoHPRtM4CSSCaxDFb2ZYA8S56lkxj+qeMnEjf6Mt1"
	"eQ9WVHW9fnFip2CP8M9azQ/wLfWA9nuuS3elBm3lpmvMOgqSTDoxKOUCaVc0NAdBHCadRXAVoexRpGqu9Zk5"
	"whPQ/Q==";
/* GET https://b.example:8443/u/9?page=2 with each derived component, and /u/9 as we do it. */
static const char derived_params[] =
	"(\"@method\" \"@scheme\" \"@authority\" \"@request-target\" \"@path\" \"@query\");created=179550"
	"7200;expires=1795507320;keyid=\"https://a.example/u/7#main-key\";alg=\"ed25519\";nonce=\""
	"n\";tag=\"t\"";
static const char derived_ed25519[] =
	"5tQ//RRMNgDQBHaP7D4J0548FkPQq0bgtXFnZ7t88FvOF3JONVahVKAG+Jrp9c1y7TKAoahbYzV8jNFrM1e0"
	"Bw==";
static const char own_get_params[] =
	"(\"@method\" \"@target-uri\");created=1795507200;keyid=\"https://a.example/u/7#main-key\";"
	"alg=\"ed25519\"";
static const char own_get_ed25519[] =
	"O3FVLXGsLa+HEBfzkabhTHOOL7YEnkU4DXX0K1JhHggqY0LTMRiVNqUrQTRH++DGIbYuyT2cGi+2sBEtuqUw"
	"BQ==";

#endif
