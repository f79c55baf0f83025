{
  "targets": [
    {
      "target_name": "kinetd_native",
      "sources": ["native/addon.c"],
      "cflags_c": ["-std=gnu17", "-Wall", "-Wextra", "-Werror", "-Wshadow", "-Wstrict-prototypes", "-fstack-protector-strong", "-D_FORTIFY_SOURCE=2", "-O2", "-fvisibility=hidden"],
      "defines": ["NAPI_VERSION=8", "_GNU_SOURCE"],
      "ldflags": ["-Wl,-z,relro,-z,now"]
    }
  ]
}
