{
  "variables": { "sanitize%": 0 },
  "target_defaults": {
    "cflags_c": [
      "-std=gnu17", "-O2", "-fvisibility=hidden",
      "-Wall", "-Wextra", "-Werror", "-Wshadow", "-Wstrict-prototypes", "-Wvla",
      "-fstack-protector-strong", "-fstack-clash-protection"
    ],
    "defines": ["_GNU_SOURCE"],
    "conditions": [
      ["sanitize==1", {
        "cflags_c": ["-O1", "-g", "-fno-omit-frame-pointer", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"],
        "ldflags": ["-fsanitize=address,undefined"]
      }, {
        "cflags_c": ["-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2"]
      }]
    ]
  },
  "targets": [
    {
      "target_name": "kinetd_native",
      "sources": [
        "native/addon.c",
        "native/address.c",
        "native/call.c",
        "native/connection.c",
        "native/conversation.c",
        "native/datagram.c",
        "native/descriptor.c",
        "native/error.c",
        "native/become.c",
        "native/file.c",
        "native/inherited.c",
        "native/launch.c",
        "native/launch-threads.c",
        "native/limits.c",
        "native/names.c",
        "native/plan.c",
        "native/reap.c",
        "native/sender.c",
        "native/socket.c",
        "native/timer.c",
        "native/unix.c",
        "native/vfork.c",
        "native/watch.c"
      ],
      "defines": ["NAPI_VERSION=8"],
      "ldflags": ["-Wl,-z,relro,-z,now,-z,nodelete"]
    },
    {
      "target_name": "kinetd_forkserver",
      "type": "loadable_module",
      "target_conditions": [["_type=='loadable_module'", { "product_extension": "so" }]],
      "sources": [
        "native/forkserver/ask.c",
        "native/forkserver/atfork.c",
        "native/forkserver/channel.c",
        "native/forkserver/child.c",
        "native/forkserver/heap.c",
        "native/forkserver/leave.c",
        "native/forkserver/open.c",
        "native/forkserver/park.c",
        "native/forkserver/ready.c",
        "native/forkserver/serve.c"
      ],
      "ldflags": ["-Wl,-z,relro,-z,now,-z,nodelete"]
    }
  ]
}
