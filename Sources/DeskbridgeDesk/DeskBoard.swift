import DBus
import DeskbridgeActions
import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeStore
import Logging

/// What is shown at the desk, and what should be. Used by one task.
struct DeskBoard: Sendable {
    private let bridge: Bridge
    private let connection: BusConnection
    private let news: DeskNewsbox
    private let alarm: Alarm

    private var places = DeskPlaces()
    private var session = 0
    private(set) var hasStopped = false

    private var owner: NameOwner?
    private var server: NotificationServer?
    private var isListening = false
    /// Whether the bus was asked to start a server in this session.
    private var hasTriedToStart = false

    /// The events that notifications of this server stand for. What was closed stays here until its event ends: an answer may come after.
    private var events: [UInt32: EventID] = [:]
    private var numbers: [EventID: UInt32] = [:]
    private var others: (number: UInt32, count: Int)?
    private var othersAreDismissed = false
    private var toClose: [UInt32] = []
    /// The latest notification of each event that asks, by whichever server and whichever run of the bridge: it is replaced, not doubled.
    private var latest: [EventID: DeskNotification] = [:]
    private var latestOthers: DeskNotification?
    /// Notifications that may still stand, of events that ask no more.
    private var orphans: [DeskNotification] = []
    /// Notifications that the server says are gone.
    private var gone: [DeskNotification] = []
    private var answers: [(EventID, action: String)] = []

    init(bridge: Bridge, connection: BusConnection, news: DeskNewsbox) {
        self.bridge = bridge
        self.connection = connection
        self.news = news
        alarm = Alarm { news.put(.look) }
    }

    /// Whether there is anything to show or to take down.
    var hasWork: Bool { !places.isEmpty || !toClose.isEmpty || !orphans.isEmpty || !gone.isEmpty || others != nil }

    /// Learns what an earlier run of the bridge left on the desktop.
    mutating func takeOver() async {
        guard let left = try? await bridge.store.notifications() else { return }
        for (event, notification, isOpen) in left {
            if isOpen { latest[event] = notification } else { orphans.append(notification) }
        }
        if !orphans.isEmpty { news.put(.look) }
    }

    mutating func beginSession() -> Int {
        session += 1
        (owner, server, isListening, hasTriedToStart) = (nil, nil, false, false)
        return session
    }

    /// Takes everything down that still stands, if the bridge stops; otherwise there is nothing.
    mutating func endSession() async {
        alarm.set(after: nil)
        if hasStopped, let server {
            let standing = Array(numbers.values) + [others?.number].compactMap(\.self)
            await withDiscardingTaskGroup { group in
                for number in standing { group.addTask { [self] in await close(number, of: server) } }
            }
        }
        forgetServer()
        orphans = []
    }

    // MARK: News

    mutating func take(_ all: [DeskNews]) {
        // A cancelled task gets none: it is over.
        if all.isEmpty { hasStopped = true }
        for one in all { take(one) }
    }

    private mutating func take(_ one: DeskNews) {
        switch one {
        case .asked(let event): places.ask(event)
        case .ended(let id):
            places.end(id)
            events = events.filter { $0.value != id }
            let last = latest.removeValue(forKey: id)
            if let number = numbers.removeValue(forKey: id) { toClose.append(number) } else if let last { orphans.append(last) }
        case .server(let owner, let session) where session == self.session:
            if owner != self.owner { forgetServer() }
            self.owner = owner
        case .listening(let isListening, let session) where session == self.session: self.isListening = isListening
        case .signal(let signal, let sender, let session) where session == self.session && sender == server?.owner: take(signal)
        case .server, .listening, .signal, .look: break
        case .stop: hasStopped = true
        }
    }

    private mutating func take(_ signal: ServerSignal) {
        switch signal {
        case .invoked(let number, let action):
            guard let event = events[number], places.event(event) != nil else { return }
            guard [Notification.allow, Notification.allowOnce, Notification.deny].contains(action) else { return }
            answers.append((event, action: action))
        case .closed(let number):
            if number == others?.number {
                others = nil
                othersAreDismissed = true
            } else if let event = events[number], numbers[event] == number {
                // Putting it aside is no answer.
                numbers[event] = nil
                places.dismiss(event)
                bridge.logger.info(
                    "a question was put aside; the event waits",
                    metadata: ["event": "desk.put_aside", "id": "\(event)", "notification": "\(number)"])
                if let last = latest.removeValue(forKey: event) { gone.append(last) }
            }
        }
    }

    private mutating func forgetServer() {
        if let server {
            orphans += toClose.map { DeskNotification(server: server.key, number: $0) }
            if let others { latestOthers = DeskNotification(server: server.key, number: others.number) }
        }
        server = nil
        places.clear()
        (events, numbers, others, toClose) = ([:], [:], nil, [])
        othersAreDismissed = false
    }

    // MARK: Acting

    /// Does what has become necessary.
    mutating func act() async {
        await decide()
        for notification in gone { await forget(notification) }
        gone = []
        guard await reachServer(), let server else {
            // Nobody is there that could take them down; what a server that is gone showed is gone too.
            if owner != nil, server == nil { orphans = [] }
            return
        }
        for number in toClose { await close(number, of: server) }
        toClose = []
        for orphan in orphans {
            if orphan.server == server.key { await close(orphan.number, of: server) } else { await forget(orphan) }
        }
        orphans = []
        let (chosen, retryAfter) = places.fill(now: bridge.monotonic.now())
        alarm.set(after: retryAfter)
        for event in chosen { await show(event, on: server) }
        await showOthers(on: server)
    }

    private mutating func decide() async {
        for (id, action) in answers {
            let decision = ApprovalDecision(
                isApproved: action != Notification.deny, place: .notification, isOnce: action == Notification.allowOnce)
            let refusal: Problem? = await AuditActor.$current.withValue(Identity.local.actor(through: .dbus)) { [bridge] in
                do throws(Problem) { _ = try await bridge.desk.decide(id, decision, by: .local) } catch { return error }
                return nil
            }
            if let error = refusal {
                bridge.logger.warning(
                    "answer at the desk could not be taken",
                    metadata: ["event": "desk.answer_refused", "id": "\(id)", "error": "\(error.detail)"])
                // Unless it was decided meanwhile, which is told in its turn, the question is asked once more.
                if error.code != .wrongState { places.takeBack(id) }
            }
        }
        answers = []
    }

    /// Whether there is a server that can be shown something and is heard.
    private mutating func reachServer() async -> Bool {
        switch owner {
        case .owned(let name)? where server == nil:
            do { server = try await NotificationServer(at: name, on: connection) } catch {
                log("the notification server does not answer; the events wait", error)
            }
        case .unowned? where !hasTriedToStart:
            hasTriedToStart = true
            do { try await NotificationServer.start(on: connection) } catch {
                log("there is no notification server; decide with: deskbridge queue approve", error)
            }
        default: break
        }
        return isListening && server != nil
    }

    private mutating func show(_ event: EventRecord, on server: NotificationServer) async {
        let plan = bridge.desk.plan(of: event)
        let memory = await bridge.desk.memory(of: event.id)
        let remaining = event.dueAt.map { $0 - bridge.clock.now() }
        let text = ApprovalText(
            event.event, description: plan?.action.description, steps: plan?.steps.map(\.told) ?? [],
            memory: memory.map { ($0.terms, $0.rule.types.map(\.description)) }, remaining: remaining ?? .zero,
            hasButtons: server.traits.hasButtons)
        let notification = Notification(text, for: server.traits, isQuestion: true, remembering: memory?.terms, timeout: remaining)
        let old = latest[event.id].flatMap { $0.server == server.key ? $0.number : nil }
        do {
            let number = try await server.show(notification, replacing: old ?? 0)
            events[number] = event.id
            numbers[event.id] = number
            let shown = DeskNotification(server: server.key, number: number)
            latest[event.id] = shown
            try await bridge.store.perform(.keep(shown, of: event.id))
            bridge.logger.info(
                "asked at the desk", metadata: ["event": "desk.asked", "id": "\(event.id)", "notification": "\(number)"])
        } catch {
            if numbers[event.id] == nil { places.takeBack(event.id) }
            log("a question could not be shown; the event waits", error)
        }
    }

    /// One notification stands for all that find no place.
    private mutating func showOthers(on server: NotificationServer) async {
        let count = places.others
        if count == 0 { othersAreDismissed = false }
        let old = others?.number ?? latestOthers.flatMap { $0.server == server.key ? $0.number : nil }
        latestOthers = nil
        if count == 0 {
            if let old { await close(old, of: server) }
            others = nil
            return
        }
        guard count != others?.count, !othersAreDismissed else { return }
        let notification = Notification(ApprovalText(others: count), for: server.traits, isQuestion: false, timeout: nil)
        do { others = (try await server.show(notification, replacing: old ?? 0), count) } catch {
            log("a notification could not be shown; the events wait", error)
        }
    }

    private func close(_ number: UInt32, of server: NotificationServer) async {
        // What is closed already is answered with an error by some servers, and with nothing by others.
        _ = try? await server.close(number)
        await forget(DeskNotification(server: server.key, number: number))
        bridge.logger.debug("taken down at the desk", metadata: ["event": "desk.taken_down", "notification": "\(number)"])
    }

    private func forget(_ notification: DeskNotification) async { _ = try? await bridge.store.perform(.forget(notification)) }

    private func log(_ message: Logger.Message, _ error: any Error) {
        bridge.logger.notice(message, metadata: ["event": "desk.unreached", "error": "\(error)"])
    }
}

extension ActionPlan.Step {
    fileprivate var told: ApprovalText.Step {
        switch forecast {
        case .planned(let planned): ApprovalText.Step(line: planned.summary, particulars: planned.particulars)
        case .deferred(let earlier): ApprovalText.Step(line: "\(step.kind), planned once \(earlier) has run")
        case .refused(let refusal): ApprovalText.Step(line: "refused: \(refusal.message)")
        }
    }
}
