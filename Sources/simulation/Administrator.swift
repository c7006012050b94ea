import CloudAPI
import CloudModel
import Foundation
import JobWatchCore

/// Who changes the configuration and the secrets, and pauses accounts.
final class Administrator {
  private unowned let world: World
  /// All accounts and channels, also one that is out of the configuration now.
  private(set) var setup: Setup
  /// What the configuration was at each time, as the daemon may know it from then on.
  private(set) var setups: [(from: Duration, setup: Setup)]
  /// Accounts and channels that are taken out or paused.
  private var changing: Set<String> = []

  init(_ setup: Setup, _ world: World) {
    (self.world, self.setup, setups) = (world, setup, [(.zero, setup)])
  }

  func reload(_ draw: inout Draw) {
    if draw.chance(0.2) {
      world.disturbed("configuration", for: .minutes(1))
      // A configuration that cannot be used is refused, and the old one stays.
      write("accounts: [{name: x, " + draw.digits(4), to: setup.configuration)
      world.machine.reload()
      world.time.after(.seconds(20)) { [self] in write(setup.yaml, to: setup.configuration) }
      return
    }
    if draw.chance(0.6) { setup.routes = Setup.routes(setup.accounts, setup.channels, &draw) }
    configure()
  }

  /// Writes the configuration as it is, and has it reloaded.
  func configure() {
    world.time.whenAwake { [self] in
      setups.append((world.time.now, setup.present))
      write(setup.yaml, to: setup.configuration)
      world.machine.reload()
    }
  }

  /// Takes an account or a channel out of the configuration, and puts it back later.
  func remove(_ draw: inout Draw) {
    let name = draw.pick(setup.accounts.map(\.name) + setup.channels.map(\.name))
    let length = draw.chance(0.5) ? draw.spread(.minutes(1) ... .hours(1)) : draw.duration(.hours(1) ... .hours(12))
    guard setup.away == nil, changing.insert(name).inserted else { return }
    world.tell("\(name) is out of the configuration for \(length.spoken)")
    setup.away = name
    world.submitters.leaveOut(name)
    configure()
    disturbAccount(name, "removed", for: length)
    world.receivers.first { $0.channel == name }?.remove(for: length)
    world.time.after(length) { [self] in
      world.tell("\(name) is in the configuration again")
      setup.away = nil
      configure()
      world.time.after(.minutes(2)) { [self] in
        // Another may be away by now.
        if setup.away == nil { world.submitters.leaveOut(nil) }
        changing.remove(name)
      }
    }
  }

  /// An operator pauses an account, and resumes it later.
  func pause(_ draw: inout Draw) {
    let name = draw.pick(setup.accounts).name
    let length = draw.spread(.minutes(1) ... .hours(6))
    // A backup could bring back a pause for good.
    guard world.troubles.share(.restore) == 0, changing.insert(name).inserted else { return }
    world.submitters.command("pause", name) { [self] in
      disturbAccount(name, "paused", for: length)
      world.time.after(length) { [self] in
        world.submitters.command("resume", name) { [self] in
          world.time.after(.minutes(10)) { [self] in changing.remove(name) }
        }
      }
    }
  }

  /// Probes and the polls that waited take their time afterwards.
  private func disturbAccount(_ name: String, _ what: String, for length: Duration) {
    for account in setup.accounts where account.name == name {
      for service in account.services {
        world.disturbed("cloud \(account.host(of: service.name)) \(what)", for: length + .minutes(12))
      }
    }
  }

  /// The password is changed at the cloud, and in its file a while later; tokens are worth nothing from then on.
  func replacePassword(_ draw: inout Draw) {
    guard let account = setup.accounts.first(where: { $0.auth == "password" }), let old = setup.identity.users.first
    else { return }
    setup.retired.append(old.password.reveal())
    let user = PasswordUser(name: old.name, password: Secret("pw-" + draw.digits(24)), domainName: old.domainName)
    setup.identity.users = [user]
    setup.secrets["\(account.name).password"] = user.password.reveal()
    world.cloud.accept(user)
    let wait = draw.spread(.seconds(1) ... .minutes(30))
    world.tell("the password of \(account.name) is changed, and known here in \(wait.spoken)")
    disturbAccount(account.name, "password", for: wait)
    world.time.after(wait) { [self] in writeSecret("\(account.name).password") }
  }

  private func writeSecret(_ name: String) { write(setup.secrets[name] ?? "", to: "\(setup.etc)/\(name)") }

  private func write(_ text: String, to path: String) {
    require { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }
  }

  /// Every token that was handed out is worth nothing from now on.
  func revokeTokens() {
    world.cloud.revokeTokens()
    for account in setup.accounts where account.auth == "password" {
      disturbAccount(account.name, "tokens", for: .zero)
    }
  }

  /// The operator makes a new key and puts it in its file. The old one is worth nothing some time before or after that.
  func replaceKey(_ draw: inout Draw) {
    guard let account = setup.accounts.first(where: { $0.auth.hasPrefix("aksk") }),
      let access = setup.secrets["\(account.name).ak"], let old = setup.keys.first(where: { $0.access == access })
    else { return }
    let new = AccessKey(access: "AK" + draw.digits(18).uppercased(), secret: Secret("sk-" + draw.digits(37)))
    setup.keys.append(new)
    setup.retired.append(old.secret.reveal())
    setup.secrets["\(account.name).ak"] = new.access
    setup.secrets["\(account.name).sk"] = new.secret.reveal()
    world.cloud.accept(new, of: account.name)
    let wait = draw.spread(.seconds(1) ... .minutes(30))
    let isInTime = draw.chance(0.5)
    world.tell("the key of \(account.name) is replaced, \(wait.spoken) \(isInTime ? "before" : "after") its end")
    world.time.after(isInTime ? wait : .zero) { [self] in world.cloud.revoke(old) }
    world.time.after(isInTime ? .zero : wait) { [self] in
      writeSecret("\(account.name).ak")
      writeSecret("\(account.name).sk")
    }
    // A start in between begins with a key that nobody accepts.
    if !isInTime, draw.chance(0.5) { world.time.after(wait.scaled(by: 0.5)) { [self] in world.machine.stop() } }
    if !isInTime { disturbAccount(account.name, "key", for: wait) }
  }
}
