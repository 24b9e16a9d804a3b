// SPDX-License-Identifier: Apache-2.0
// A secret as tools write it, and whether redaction finds it there: the table of docs/redaction.md,
// row for row. The texts were made by Python and bash, not by the code under test.
#pragma once

#include <string_view>

namespace trace::testing {

struct WrittenForm {
  std::string_view name;
  std::string_view text;
  bool is_found;
};

// Of its characters each needs care somewhere.
inline constexpr std::string_view written_secret = "Pa'w\"d&Zy<\303\251>=k\\9%7qLong_Secret+55";
inline constexpr WrittenForm written_forms[] = {
    {"as it is", "Pa'w\"d&Zy<\303\251>=k\\9%7qLong_Secret+55", true},
    {"letters in another case", "pA'W\"D&zY<\303\251>=K\\9%7QlONG_sECRET+55", true},
    {"base64, on one line",
     "c29tZSB3b3JkcyBiZWZvcmU6IFBhJ3ciZCZaeTzDqT49a1w5JTdxTG9uZ19TZWNyZXQrNTUgYW5kIGFmdGVy", true},
    {"base64, URL-safe",
     "c29tZSB3b3JkcyBiZWZvcmU6IFBhJ3ciZCZaeTzDqT49a1w5JTdxTG9uZ19TZWNyZXQrNTUgYW5kIGFmdGVy", true},
    {"base64, lines of 76 (base64)",
     "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4UGEndyJkJlp5PMOpPj1rXDklN3FMb25nX1Nl\nY3JldCs1NXl5eXl"
     "5eXl5eXl5eXl5eXl5eXl5",
     true},
    {"base64, lines of 64 with \\r\\n (PEM, MIME)",
     "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4UGEndyJkJlp5PMOpPj1rXDkl\r\nN3FMb25nX1NlY3JldCs1NXl5e"
     "Xl5eXl5eXl5eXl5eXl5eXl5",
     true},
    {"base64, lines of 20",
     "c29tZSB3b3JkcyBiZWZv\ncmU6IFBhJ3ciZCZaeTzD\nqT49a1w5JTdxTG9uZ19T\nZWNyZXQrNTUgYW5kIGFm\ndGVy",
     true},
    {"base64, lines broken by \\n in JSON text",
     "c29tZSB3b3JkcyBiZWZvcmU6IFBhJ3ciZCZaeTzDqT49a1w5JTdxTG9uZ19TZWNy\\nZXQrNTUgYW5kIGFmdGVy",
     true},
    {"base64, indented lines",
     "c29tZSB3b3JkcyBiZWZvcmU6IFBhJ3ciZCZaeTzD\n      qT49a1w5JTdxTG9uZ19TZWNyZXQrNTUgYW5kIGFm\n   "
     "   dGVy",
     true},
    {"base64, lines of less than 16",
     "c29tZSB3b3Jk\ncyBiZWZvcmU6\nIFBhJ3ciZCZa\neTzDqT49a1w5\nJTdxTG9uZ19T\nZWNyZXQrNTUg\nYW5kIGFmd"
     "GVy",
     false},
    {"base64 of base64", "VUdFbmR5SmtKbHA1UE1PcFBqMXJYRGtsTjNGTWIyNW5YMU5sWTNKbGRDczFOUT09", false},
    {"base32", "KBQSO5ZCMQTFU6J4YOUT4PLLLQ4SKN3RJRXW4Z27KNSWG4TFOQVTKNI=", false},
    {"hexadecimal, lower case",
     "506127772264265a793cc3a93e3d6b5c392537714c6f6e675f5365637265742b3535", true},
    {"hexadecimal, upper case",
     "506127772264265A793CC3A93E3D6B5C392537714C6F6E675F5365637265742B3535", true},
    {"hexadecimal, lines of 60 (xxd -p)",
     "506127772264265a793cc3a93e3d6b5c392537714c6f6e675f5365637265\n742b3535", true},
    {"hexadecimal, aa:bb",
     "50:61:27:77:22:64:26:5a:79:3c:c3:a9:3e:3d:6b:5c:39:25:37:71:4c:6f:6e:67:5f:53:65:63:72:65:74:"
     "2b:35:35",
     true},
    {"hexadecimal, aa bb",
     "50 61 27 77 22 64 26 5a 79 3c c3 a9 3e 3d 6b 5c 39 25 37 71 4c 6f 6e 67 5f 53 65 63 72 65 74 "
     "2b 35 35",
     false},
    {"hexadecimal, aa-bb",
     "50-61-27-77-22-64-26-5a-79-3c-c3-a9-3e-3d-6b-5c-39-25-37-71-4c-6f-6e-67-5f-53-65-63-72-65-74-"
     "2b-35-35",
     false},
    {"hexadecimal, 0xaa, 0xbb",
     "0x50, 0x61, 0x27, 0x77, 0x22, 0x64, 0x26, 0x5a, 0x79, 0x3c, 0xc3, 0xa9, 0x3e, 0x3d, 0x6b, "
     "0x5c, 0x39, 0x25, 0x37, 0x71, 0x4c, 0x6f, 0x6e, 0x67, 0x5f, 0x53, 0x65, 0x63, 0x72, 0x65, "
     "0x74, 0x2b, 0x35, 0x35",
     false},
    {"xxd",
     "00000000: 5061 2777 2264 265a 793c c3a9 3e3d 6b5c  Pa'w\"d&Zy<..>=k\\\n00000010: 3925 3771 "
     "4c6f 6e67 5f53 6563 7265 742b  9%7qLong_Secret+\n00000020: 3535                              "
     "       55",
     false},
    {"od -c",
     "P   a   '   w   \"   d   &   Z   y   <   303   251   >   =   k   \\\n9   %   7   q   L   o   "
     "n   g   _   S   e   c   r   e   t   +\n5   5",
     false},
    {"od -tx1 and hexdump -C",
     "0000000 50 61 27 77 22 64 26 5a 79 3c c3 a9 3e 3d 6b 5c\n0000020 39 25 37 71 4c 6f 6e 67 5f "
     "53 65 63 72 65 74 2b\n0000040 35 35",
     false},
    {"every byte as \\x..",
     "\\x50\\x61\\x27\\x77\\x22\\x64\\x26\\x5a\\x79\\x3c\\xc3\\xa9\\x3e\\x3d\\x6b\\x5c\\x39\\x25\\x"
     "37\\x71\\x4c\\x6f\\x6e\\x67\\x5f\\x53\\x65\\x63\\x72\\x65\\x74\\x2b\\x35\\x35",
     true},
    {"every byte as an octal escape",
     "\\120\\141\\047\\167\\042\\144\\046\\132\\171\\074\\303\\251\\076\\075\\153\\134\\071\\045\\0"
     "67\\161\\114\\157\\156\\147\\137\\123\\145\\143\\162\\145\\164\\053\\065\\065",
     false},
    {"every byte as %XX",
     "%50%61%27%77%22%64%26%5A%79%3C%C3%A9%3E%3D%6B%5C%39%25%37%71%4C%6F%6E%67%5F%53%65%63%72%65%"
     "74%2B%35%35",
     true},
    {"every byte as =XX",
     "=50=61=27=77=22=64=26=5A=79=3C=C3=A9=3E=3D=6B=5C=39=25=37=71=4C=6F=6E=67=5F=53=65=63=72=65="
     "74=2B=35=35",
     true},
    {"every character as \\uXXXX",
     "\\u0050\\u0061\\u0027\\u0077\\u0022\\u0064\\u0026\\u005a\\u0079\\u003c\\u00e9\\u003e\\u003d\\"
     "u006b\\u005c\\u0039\\u0025\\u0037\\u0071\\u004c\\u006f\\u006e\\u0067\\u005f\\u0053\\u0065\\u0"
     "063\\u0072\\u0065\\u0074\\u002b\\u0035\\u0035",
     true},
    {"every character as &#NN;",
     "&#80;&#97;&#39;&#119;&#34;&#100;&#38;&#90;&#121;&#60;&#233;&#62;&#61;&#107;&#92;&#57;&#37;&#"
     "55;&#113;&#76;&#111;&#110;&#103;&#95;&#83;&#101;&#99;&#114;&#101;&#116;&#43;&#53;&#53;",
     false},
    {"URL-encoded (quote)", "Pa%27w%22d%26Zy%3C%C3%A9%3E%3Dk%5C9%257qLong_Secret%2B55", true},
    {"URL-encoded (quote_plus)", "Pa%27w%22d%26Zy%3C%C3%A9%3E%3Dk%5C9%257qLong_Secret%2B55", true},
    {"URL-encoded, lines of 40", "Pa%27w%22d%26Zy%3C%C3%A9%3E%3Dk%5C9%257q\nLong_Secret%2B55",
     true},
    {"URL-encoded twice",
     "Pa%2527w%2522d%2526Zy%253C%25C3%25A9%253E%253Dk%255C9%25257qLong_Secret%252B55", true},
    {"URL-encoded three times",
     "Pa%252527w%252522d%252526Zy%25253C%2525C3%2525A9%25253E%25253Dk%25255C9%2525257qLong_Secret%"
     "25252B55",
     false},
    {"JSON (json.dumps)", "\"Pa'w\\\"d&Zy<\\u00e9>=k\\\\9%7qLong_Secret+55\"", true},
    {"JSON within JSON", "\"\\\"Pa'w\\\\\\\"d&Zy<\\\\u00e9>=k\\\\\\\\9%7qLong_Secret+55\\\"\"",
     true},
    {"shell, single quotes (bash -x)", "'Pa'\\''w\"d&Zy<\303\251>=k\\9%7qLong_Secret+55'", true},
    {"shell, '\"'\"' (shlex.quote)", "'Pa'\"'\"'w\"d&Zy<\303\251>=k\\9%7qLong_Secret+55'", true},
    {"shell, backslashes (printf %q)", "Pa\\'w\\\"d\\&Zy\\<\303\251\\>=k\\\\9%7qLong_Secret+55",
     true},
    {"shell, $'..' (bash -x in the C locale)",
     "$'Pa\\'w\"d&Zy<\\303\\251>=k\\\\9%7qLong_Secret+55'", true},
    {"Python repr", "'Pa\\'w\"d&Zy<\303\251>=k\\\\9%7qLong_Secret+55'", true},
    {"Python repr of bytes", "b'Pa\\'w\"d&Zy<\\xc3\\xa9>=k\\\\9%7qLong_Secret+55'", true},
    {"HTML (html.escape)", "Pa&#x27;w&quot;d&amp;Zy&lt;\303\251&gt;=k\\9%7qLong_Secret+55", true},
    {"HTML (Go)", "Pa&#39;w&#34;d&amp;Zy&lt;\303\251&gt;=k\\9%7qLong_Secret+55", true},
    {"XML (&apos;)", "Pa&apos;w&quot;d&amp;Zy&lt;\303\251&gt;=k\\9%7qLong_Secret+55", true},
    {"SQL, doubled single quotes", "'Pa''w\"d&Zy<\303\251>=k\\9%7qLong_Secret+55'", true},
    {"CSV, doubled double quotes", "\"Pa'w\"\"d&Zy<\303\251>=k\\9%7qLong_Secret+55\"", true},
    {"quoted-printable", "Pa'w\"d&Zy<=C3=A9>=3Dk\\9%7qLong_Secret+55", true},
    {"quoted-printable, soft line breaks", "Pa'w\"d&=\nZy<=C3==\nA9>=3Dk=\n\\9%7qLong_Secret+55",
     true},
    {"coloured in its middle",
     "Pa'w\"d&Zy\033[01;31m\033[K<\303\251>=k\\\033[m\033[K9%7qLong_Secret+55", true},
    {"zero-width characters in between",
     "P\342\200\213a\342\200\213'\342\200\213w\342\200\213\"\342\200\213d\342\200\213&"
     "\342\200\213Z\342\200\213y\342\200\213<\342\200\213\303\251\342\200\213>\342\200\213="
     "\342\200\213k\342\200\213\\\342\200\2139\342\200\213%"
     "\342\200\2137\342\200\213q\342\200\213L\342\200\213o\342\200\213n\342\200\213g\342\200\213_"
     "\342\200\213S\342\200\213e\342\200\213c\342\200\213r\342\200\213e\342\200\213t\342\200\213+"
     "\342\200\2135\342\200\2135",
     false},
    {"another Unicode normal form (NFD)", "Pa'w\"d&Zy<e\314\201>=k\\9%7qLong_Secret+55", false},
    {"reversed", "55+terceS_gnoLq7%9\\k=>\303\251<yZ&d\"w'aP", false},
};

}  // namespace trace::testing
