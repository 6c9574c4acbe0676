import DeskbridgeCore
import Testing

struct ConfigurationTests {
    private func parse(_ text: String) throws -> BridgeConfiguration {
        try BridgeConfiguration.parse(try yamlNode(text, file: "deskbridge.yaml"))
    }

    @Test func theDefaultsAreThoseDocumented() {
        let defaults = BridgeConfiguration.defaults
        #expect(defaults.listen.port == 7420)
        #expect(defaults.listen.addresses == ["127.0.0.1", "::1"])
        #expect(defaults.limits.message == 65_536)
        #expect(defaults.limits.body == 65_536)
        #expect(defaults.limits.rate == Rate(count: 60, window: .seconds(10)))
        #expect(defaults.limits.connections == 256)
        #expect(defaults.limits.unsent == 1_048_576)
        #expect(defaults.limits.headers == .seconds(10))
        #expect(defaults.limits.authentication == .seconds(30))
        #expect(defaults.limits.ping == .seconds(15))
        #expect(defaults.limits.silence == .seconds(30))
        #expect(defaults.limits.failures == Rate(count: 20, window: .seconds(60)))
        #expect(defaults.dispatch.running == 16)
        #expect(defaults.dispatch.drain == Rate(count: 20, window: .seconds(1)))
        #expect(defaults.dispatch.grace == .seconds(30))
        #expect(defaults.dispatch.queued == 100_000)
        #expect(defaults.retention.events == .seconds(30 * 86_400))
        #expect(defaults.retention.count == 1_000_000)
        #expect(defaults.retention.keys == .seconds(90 * 86_400))
        #expect(defaults.tokens.expiry == .seconds(90 * 86_400))
        #expect(defaults.bus.own == .auto)
        #expect(defaults.bus.address == "session")
        #expect(defaults.log.level == .info)
        #expect(defaults.log.format == .auto)
    }

    @Test(arguments: [
        "{}", "listen:", "listen:\nlimits:\ndispatch:\nretention:\ntokens:\nbus:\nlog:\nuplinks:\n", "{listen: {}, uplinks: []}",
        "listen: {port: 7420, addresses: [127.0.0.1, \"::1\"]}",
    ])
    func whatIsLeftOutHasItsDefault(text: String) throws {
        #expect(try parse(text) == .defaults)
    }

    @Test func everyKeyIsRead() throws {
        let read = try parse(
            """
            listen: {port: 0, addresses: ["::1"]}
            limits:
              {message: 128KiB, body: 1MiB, rate: 10/1s, connections: 3, unsent: 64KiB, headers: 500ms, authentication: 5s, ping: 1s,
               silence: 1500ms, failures: 4/1h}
            dispatch: {running: 1, drain: 1/1m, grace: 0s, queued: 7}
            retention: {events: 1h, count: 100, keys: 2h}
            tokens: {expiry: 1d}
            bus: {own: never, address: "unix:path=/run/user/1000/bus"}
            log: {level: debug, format: json}
            """)
        var expected = BridgeConfiguration.defaults
        expected.listen.port = 0
        expected.listen.addresses = ["::1"]
        expected.limits.message = 131_072
        expected.limits.body = 1_048_576
        expected.limits.rate = Rate(count: 10, window: .seconds(1))
        expected.limits.connections = 3
        expected.limits.unsent = 65_536
        expected.limits.headers = .milliseconds(500)
        expected.limits.authentication = .seconds(5)
        expected.limits.ping = .seconds(1)
        expected.limits.silence = .milliseconds(1500)
        expected.limits.failures = Rate(count: 4, window: .seconds(3600))
        expected.dispatch.running = 1
        expected.dispatch.drain = Rate(count: 1, window: .seconds(60))
        expected.dispatch.grace = .zero
        expected.dispatch.queued = 7
        expected.retention.events = .seconds(3600)
        expected.retention.count = 100
        expected.retention.keys = .seconds(7200)
        expected.tokens.expiry = .seconds(86_400)
        expected.bus.own = .never
        expected.bus.address = "unix:path=/run/user/1000/bus"
        expected.log.level = .debug
        expected.log.format = .json
        #expect(read == expected)
    }

    @Test func aDefaultFollowsTheKeyItMustExceed() throws {
        #expect(try parse("limits: {ping: 40s}").limits.silence == .seconds(80))
        #expect(try parse("retention: {events: 365d}").retention.keys == .seconds(365 * 86_400))
    }

    @Test(arguments: [
        ("[]", "1:1: the configuration must be a mapping, not a list"),
        (
            "limit: {}",
            "1:1: the configuration has no key \"limit\". Did you mean \"limits\"? "
                + "Its keys are listen, limits, dispatch, retention, tokens, bus, log, uplinks."
        ),
        (
            "limits: {mesage: 1KiB}",
            "1:10: limits has no key \"mesage\". Did you mean \"message\"? "
                + "Its keys are message, body, rate, connections, connectionsPerClient, strangers, backlog, unsent, headers, "
                + "authentication, silence, ping, failures."
        ),
        ("listen: {host: x}", "1:10: listen has no key \"host\". Did you mean \"port\"? Its keys are port, addresses."),
        ("listen: 7420", "1:9: listen must be a mapping, not an integer"),
        ("listen: {port: 65536}", "1:16: listen.port must be from 0 to 65535, not 65536"),
        ("listen: {port: -1}", "1:16: listen.port must be from 0 to 65535, not -1"),
        ("listen: {port: \"7420\"}", "1:16: listen.port must be an integer, not a string"),
        ("listen: {port: 74.2}", "1:16: listen.port must be an integer, not a number"),
        ("listen: {port: }", "1:16: listen.port must be an integer, not nothing"),
        (
            "listen: {addresses: [0.0.0.0]}",
            "1:22: listen.addresses can't have \"0.0.0.0\": it takes 127.0.0.1 and ::1, nothing beyond this machine"
        ),
        (
            "listen: {addresses: [\"::\"]}",
            "1:22: listen.addresses can't have \"::\": it takes 127.0.0.1 and ::1, nothing beyond this machine"
        ),
        (
            "listen: {addresses: [localhost]}",
            "1:22: listen.addresses can't have \"localhost\": it takes 127.0.0.1 and ::1, nothing beyond this machine"
        ),
        (
            "listen: {addresses: [192.168.1.2]}",
            "1:22: listen.addresses can't have \"192.168.1.2\": it takes 127.0.0.1 and ::1, nothing beyond this machine"
        ),
        ("listen: {addresses: [\"::1\", \"::1\"]}", "1:29: listen.addresses has \"::1\" twice"),
        ("listen: {addresses: []}", "1:21: listen.addresses is empty: leave the key out for 127.0.0.1 and ::1"),
        ("limits: {message: 65536}", "1:19: limits.message must be a size such as 512B, 64KiB or 16MiB, not 65536"),
        ("limits: {message: 64KB}", "1:19: limits.message must be a size such as 512B, 64KiB or 16MiB, not \"64KB\""),
        ("limits: {message: 1B}", "1:19: limits.message must be from 1KiB to 16MiB, not \"1B\""),
        ("limits: {body: 1GiB}", "1:16: limits.body must be from 1KiB to 16MiB, not \"1GiB\""),
        ("limits: {unsent: 1KiB}", "1:18: limits.unsent must be from 64KiB to 256MiB, not \"1KiB\""),
        ("limits: {rate: 60}", "1:16: limits.rate must be a rate such as 60/10s, not 60"),
        ("limits: {rate: 60/0s}", "1:16: limits.rate must be a rate such as 60/10s, not \"60/0s\""),
        ("limits: {connections: 0}", "1:23: limits.connections must be from 1 to 10000, not 0"),
        ("limits: {headers: 10}", "1:19: limits.headers must be a duration such as 250ms, 30s, 5m, 12h or 30d, not 10"),
        ("limits: {headers: 1h}", "1:19: limits.headers must be from 100ms to 10m, not \"1h\""),
        ("limits: {ping: 30s, silence: 30s}", "1:30: limits.silence must be longer than limits.ping, which is 30s"),
        ("limits: {silence: 10s}", "1:19: limits.silence must be longer than limits.ping, which is 15s"),
        ("dispatch: {running: 0}", "1:21: dispatch.running must be from 1 to 256, not 0"),
        ("dispatch: {grace: 2h}", "1:19: dispatch.grace must be from 0ms to 1h, not \"2h\""),
        ("dispatch: {queued: none}", "1:20: dispatch.queued must be an integer, not a string"),
        ("retention: {events: 100000d}", "1:21: retention.events must be a duration such as 250ms, 30s, 5m, 12h or 30d, not \"100000d\""),
        ("retention: {keys: 1d}", "1:19: retention.keys must be at least retention.events, which is 30d, or a kept event could run twice"),
        ("retention: {count: 9}", "1:20: retention.count must be from 100 to 100000000, not 9"),
        ("tokens: {expiry: never}", "1:18: tokens.expiry must be a duration such as 250ms, 30s, 5m, 12h or 30d, not \"never\""),
        ("bus: {own: always}", "1:12: bus.own can't be \"always\". It is one of auto, never."),
        (
            "bus: {address: system}",
            "1:16: bus.address can't be \"system\": write session or an address such as unix:path=/run/user/1000/bus"
        ),
        ("log: {level: warn}", "1:14: log.level can't be \"warn\". It is one of trace, debug, info, notice, warning, error, critical."),
        ("log: {format: jsn}", "1:15: log.format can't be \"jsn\". Did you mean \"json\"? It is one of json, pretty, auto."),
        ("uplinks: [wss://a.example]", "1:11: uplinks must be empty: this version listens only and doesn't dial out to servers yet"),
        ("uplinks: yes", "1:10: uplinks must be a list, not a string"),
    ])
    func aSettingThatCannotBeMeantIsRefusedWithItsPlace(text: String, mistake: String) {
        #expect(mistakes { try parse(text) } == ["deskbridge.yaml:" + mistake])
    }

    @Test func allMistakesAreToldInTheOrderOfTheLines() {
        let found = mistakes {
            try parse(
                """
                log: {level: loud}
                limts: {}
                limits:
                  message: 5
                  wait: 5s
                  body: x
                listen: {port: 70000, addresses: [a, "::1", b]}
                """)
        }
        let places = found.map { $0.split(separator: ":").prefix(3).dropFirst().joined(separator: ":") }
        #expect(places == ["1:14", "2:1", "4:12", "5:3", "6:9", "7:16", "7:35", "7:45"])
    }
}
