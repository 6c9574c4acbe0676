import Testing

@testable import DeskbridgeCore

struct TimeConditionTests {
    private static let zones = ["UTC": utc, "Berlin": berlin]

    private static let utc = ZoneOffset { _ in 0 }
    /// Summer time from 2026-03-29T01:00Z to 2026-10-25T01:00Z.
    private static let berlin = ZoneOffset { moment in
        (1_774_746_000_000..<1_792_890_000_000).contains(moment.milliseconds) ? 7200 : 3600
    }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", "UTC", "thu 00:00"), ("1969-12-31T23:59:59Z", "UTC", "wed 23:59"),
        ("2026-11-21T09:00:59Z", "UTC", "sat 09:00"), ("2026-11-21T23:30:00Z", "Berlin", "sun 00:30"),
        ("2026-07-31T22:00:00Z", "Berlin", "sat 00:00"), ("2026-03-29T00:59:00Z", "Berlin", "sun 01:59"),
        ("2026-03-29T01:00:00Z", "Berlin", "sun 03:00"), ("2026-10-25T00:30:00Z", "Berlin", "sun 02:30"),
        ("2026-10-25T01:30:00Z", "Berlin", "sun 02:30"),
    ])
    func aMomentIsWhatTheClockOnTheWallShows(text: String, zone: String, shown: String) throws {
        let moment = try #require(Timestamp(text))
        #expect(LocalMoment(moment, in: try #require(Self.zones[zone])).description == shown)
    }

    @Test(arguments: [
        ("hours: \"09:00-18:00\"", "mon 09:00", true), ("hours: \"09:00-18:00\"", "mon 08:59", false),
        ("hours: \"09:00-18:00\"", "sun 17:59", true), ("hours: \"09:00-18:00\"", "mon 18:00", false),
        ("hours: \"22:00-02:00\"", "mon 23:00", true), ("hours: \"22:00-02:00\"", "mon 01:59", true),
        ("hours: \"22:00-02:00\"", "mon 02:00", false), ("hours: \"22:00-02:00\"", "mon 21:59", false),
        ("hours: \"22:00-24:00\"", "mon 23:59", true), ("hours: \"22:00-24:00\"", "mon 00:00", false),
        ("hours: \"22:00-00:00\"", "mon 23:59", true), ("hours: \"22:00-00:00\"", "mon 00:00", false),
        ("hours: \"00:00-24:00\"", "mon 00:00", true),
        ("hours: [\"09:00-12:00\", \"13:00-18:00\"]", "mon 12:30", false), ("hours: [\"09:00-12:00\", \"13:00-18:00\"]", "mon 13:00", true),
        ("days: [mon-fri]", "fri 23:59", true), ("days: [mon-fri]", "sat 00:00", false),
        ("days: [sat-mon]", "sun 12:00", true), ("days: [sat-mon]", "tue 12:00", false), ("days: [sun]", "sun 00:00", true),
        ("days: [mon, wed-thu]", "tue 10:00", false), ("days: [mon, wed-thu]", "thu 10:00", true),
        ("days: [tue-mon]", "mon 10:00", true),
        // The night belongs to the day it begins on.
        ("days: [fri], hours: \"22:00-02:00\"", "fri 22:00", true), ("days: [fri], hours: \"22:00-02:00\"", "sat 01:59", true),
        ("days: [fri], hours: \"22:00-02:00\"", "fri 01:00", false), ("days: [fri], hours: \"22:00-02:00\"", "sat 22:00", false),
        ("days: [sun], hours: \"22:00-02:00\"", "mon 00:30", true), ("days: [mon], hours: \"22:00-02:00\"", "mon 00:30", false),
    ])
    func aRuleCountsAtItsHoursOnItsDays(condition: String, moment: String, matches: Bool) throws {
        let parts = moment.split(separator: " ")
        let clock = parts[1].split(separator: ":").compactMap { Int($0) }
        let local = LocalMoment(day: try Weekday(parts[0]), minute: clock[0] * 60 + clock[1])
        let policy = try policy(rules: "{allow: [A], clients: [a], \(condition)}")
        let decision = policy.decide(.sending([:], at: local))
        #expect((decision.effect == .allow) == matches)
        if !matches {
            let reason = try #require(policy.explain(.sending([:], at: local)).looks.first?.mismatch?.description)
            #expect(reason.hasSuffix("and it is \(moment)"))
        }
    }

    /// On the two days when the clock is set, rules follow what it shows.
    @Test(arguments: [
        ("2026-03-29T00:59:00Z", false), ("2026-03-29T01:00:00Z", false), ("2026-10-25T00:30:00Z", true), ("2026-10-25T01:30:00Z", true),
        ("2026-10-25T02:00:00Z", false), ("2026-06-01T00:30:00Z", true), ("2026-12-01T01:30:00Z", true), ("2026-12-01T00:30:00Z", false),
    ])
    func anHourThatIsSkippedNeverCountsAndOneThatComesTwiceCountsTwice(text: String, matches: Bool) throws {
        let policy = try policy(rules: "{allow: [A], clients: [a], hours: \"02:00-03:00\"}")
        let moment = LocalMoment(try #require(Timestamp(text)), in: Self.berlin)
        #expect((policy.decide(.sending([:], at: moment)).effect == .allow) == matches)
    }

    @Test(arguments: [
        ("hours: 9-17", "37: \"9-17\" must be times such as 09:00-18:00, or past midnight 22:00-02:00"),
        ("hours: \"09:00\"", "37: \"09:00\" must be times such as 09:00-18:00, or past midnight 22:00-02:00"),
        ("hours: \"09:00-25:00\"", "37: \"09:00-25:00\" must be times such as 09:00-18:00, or past midnight 22:00-02:00"),
        ("hours: \"09:60-10:00\"", "37: \"09:60-10:00\" must be times such as 09:00-18:00, or past midnight 22:00-02:00"),
        ("hours: \"24:00-10:00\"", "37: \"24:00-10:00\" must be times such as 09:00-18:00, or past midnight 22:00-02:00"),
        ("hours: \"09:00-09:00\"", "37: \"09:00-09:00\" begins when it ends: for the whole day leave the key hours out"),
        ("hours: []", "37: hours is empty: leave the key out for the whole day"),
        ("hours: 9", "37: hours must be a list, not an integer"),
        ("days: []", "36: days is empty: leave the key out for all days"),
        ("days: mon", "36: days must be a list, not a string"),
        ("days: [monday]", "37: \"monday\" is no day: the days are mon, tue, wed, thu, fri, sat, sun, or from one to another such as mon-fri"),
        ("days: [mon-tue-wed]", "37: \"mon-tue-wed\" must be a day, or from one day to another such as mon-fri"),
        ("days: [mon-]", "37: \"\" is no day: the days are mon, tue, wed, thu, fri, sat, sun, or from one to another such as mon-fri"),
    ])
    func aTimeThatCannotBeMeantIsRefusedWithItsPlace(condition: String, mistake: String) {
        let found = mistakes {
            try PolicyFile.parse(yamlNode("rules:\n- {allow: [A], clients: [a], \(condition)}", file: "p.yaml"), home: "/h")
        }
        #expect(found == ["p.yaml:2:\(mistake)"])
    }
}
