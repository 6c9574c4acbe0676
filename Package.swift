// swift-tools-version: 6.2

import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "deskbridge",
    products: [
        .executable(name: "deskbridge", targets: ["deskbridge"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", "3.12.0"..<"5.0.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CDBus", pkgConfig: "dbus-1", providers: [.apt(["libdbus-1-dev"])]),
        .target(name: "CLinux"),
        .target(name: "CWebFiles", linkerSettings: [.linkedLibrary("z")]),
        .target(name: "DBus", dependencies: ["CDBus"], swiftSettings: strict),
        .target(
            name: "WebSocketTransport",
            dependencies: [
                "CLinux",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "DeskbridgeCore",
            dependencies: [
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "OrderedCollections", package: "swift-collections"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "DeskbridgeStore",
            dependencies: [
                "DeskbridgeCore",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "DeskbridgeActions",
            dependencies: [
                "CLinux", "DBus", "DeskbridgeCore",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "DeskbridgeEngine",
            dependencies: [
                "DeskbridgeActions", "DeskbridgeCore", "DeskbridgeStore",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "DeskbridgeDesk",
            dependencies: [
                "DBus", "DeskbridgeActions", "DeskbridgeCore", "DeskbridgeEngine", "DeskbridgeStore",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "DeskbridgeServer",
            dependencies: [
                "CWebFiles", "DBus", "DeskbridgeActions", "DeskbridgeCore", "DeskbridgeEngine", "DeskbridgeStore", "WebSocketTransport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "DeskbridgeCommands",
            dependencies: [
                "CLinux", "DBus", "DeskbridgeActions", "DeskbridgeCore", "DeskbridgeDesk", "DeskbridgeEngine", "DeskbridgeServer",
                "DeskbridgeStore",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(name: "deskbridge", dependencies: ["DeskbridgeCommands"], swiftSettings: strict),
        .executableTarget(
            name: "websocket-echo",
            dependencies: [
                "WebSocketTransport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "DeskbridgeTestSupport",
            dependencies: [
                "CLinux", "DeskbridgeActions", "DeskbridgeCommands", "DeskbridgeCore", "DeskbridgeEngine", "DeskbridgeStore",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            path: "Tests/DeskbridgeTestSupport",
            swiftSettings: strict
        ),
        .testTarget(name: "DBusTests", dependencies: ["DBus", "DeskbridgeTestSupport"], swiftSettings: strict),
        .testTarget(
            name: "WebSocketTransportTests",
            dependencies: [
                "CLinux", "DeskbridgeTestSupport", "WebSocketTransport", "websocket-echo",
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .testTarget(name: "DeskbridgeCoreTests", dependencies: ["DeskbridgeCore"], swiftSettings: strict),
        .testTarget(
            name: "DeskbridgeStoreTests",
            dependencies: ["DeskbridgeStore", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DeskbridgeActionsTests",
            dependencies: ["CLinux", "DeskbridgeActions", "DeskbridgeTestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DeskbridgeDeskTests",
            dependencies: [
                "DBus", "DeskbridgeDesk", "DeskbridgeTestSupport",
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DeskbridgeEngineTests",
            dependencies: [
                "DeskbridgeEngine", "DeskbridgeTestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DeskbridgeServerTests",
            dependencies: [
                "DeskbridgeServer", "DeskbridgeTestSupport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DeskbridgeCommandsTests",
            dependencies: [
                "DeskbridgeCommands", "DeskbridgeTestSupport",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DeskbridgeEndToEndTests",
            dependencies: ["DeskbridgeCore", "DeskbridgeServer", "DeskbridgeTestSupport", "deskbridge", "websocket-echo"],
            swiftSettings: strict
        ),
    ]
)

// scripts/fuzz sets it to the path of libFuzzer, which is linked in then; our own targets report which code an input reaches.
if let library = Context.environment["DESKBRIDGE_FUZZ"] {
    let fuzzed: [SwiftSetting] = strict + [.unsafeFlags(["-sanitize=fuzzer"])]
    for target in package.targets where ["DBus", "WebSocketTransport", "DeskbridgeCore", "DeskbridgeActions"].contains(target.name) {
        target.swiftSettings = fuzzed
    }
    package.targets.append(
        .executableTarget(
            name: "deskbridge-fuzz",
            dependencies: [
                "DBus", "DeskbridgeActions", "DeskbridgeCore", "WebSocketTransport", .product(name: "NIOCore", package: "swift-nio"),
            ],
            path: "Fuzz", exclude: ["Seeds", "Tests"], sources: ["Driver", "Targets"],
            swiftSettings: fuzzed, linkerSettings: [.unsafeFlags([library, "-lstdc++"])]))
} else {
    package.targets.append(
        .testTarget(
            name: "DeskbridgeFuzzTests",
            dependencies: [
                "DBus", "DeskbridgeActions", "DeskbridgeCore", "DeskbridgeTestSupport", "WebSocketTransport",
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            path: "Fuzz", exclude: ["Driver", "Seeds"], sources: ["Targets", "Tests"], swiftSettings: strict))
}
