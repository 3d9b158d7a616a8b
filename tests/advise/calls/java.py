from __future__ import annotations

from tests.advise.calls.call import SHELL, Call, CodeCall

_SOURCE = """
import java.net.*;
public class Get { public static void main(String[] a) throws Exception {
  System.out.println(((HttpURLConnection) new URI(a[0]).toURL().openConnection()).getResponseCode()); } }
"""
CALLS = (
    Call("Java", "Java", ("java", "Get.java"), sources={"Get.java": _SOURCE}),
    CodeCall("keytool", SHELL, "trustedCertEntry", "keytool"),
)
