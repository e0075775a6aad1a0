# Who is asking? Rack middleware for services behind One Login at the edge, for Rails, Sinatra and others.
#
#   config.middleware.use OneLoginEdge, issuer: "https://YOUR-HOST", audience: "YOUR-ORIGIN-AUDIENCE", public: ["/", "/assets/*"]
#
#   request.env["one_login_edge.person"]["sub"]
#   before_action { OneLoginEdge.require_level(request.env, "Cl.Cm.P2") }
#
# It believes the signed assertion and no other header.

require "json"
require "jwt"
require "net/http"

class OneLoginEdge
  VERSION = "1.0.0.rc1".freeze
  TYPE = "one-login-assertion+jwt".freeze
  IDENTITY_TYPE = "one-login-identity+jwt".freeze
  IDENTITY_CLAIMS = %w[coreIdentity address passport drivingPermit returnCode].freeze
  LEVELS = %w[Cl Cl.Cm Cl.Cm.P1 Cl.Cm.P2].freeze
  TOKEN = /\A[\w-]+\.[\w-]+\.[\w-]+\z/
  TWO_READINGS = %r{(\A|/)\.{1,2}(/|\z)|//|[\\;\0]|%(2e|2f|5c|25|3b|00)}i
  LONGEST = 8_192 # characters
  CLOCKS_DIFFER = 10 # seconds that this clock may be behind the edge's
  PAGE = File.read(File.expand_path("refused.html", __dir__), encoding: "UTF-8").freeze
  STATUS = { "keys_unavailable" => 503, "level_too_low" => 403 }.freeze # every other reason is 401

  # Why a request is not believed: a label of docs/verify-the-assertion.md, and what helps to mend it.
  class Refused < StandardError
    attr_reader :reason

    def initialize(reason, detail = nil)
      super([reason, detail].compact.join(": "))
      @reason = reason
    end
  end

  # Sets `one_login_edge.person` in the environment to who is asking, and refuses a request that does not prove it.
  # On `public` paths requests without an assertion pass, and the person is nil.
  # With `bound` an assertion counts only for the method and path that it names, which the edge's `bind` has it name.
  def initialize(app, issuer:, audience:, public: [], bound: false, log: ->(line) { warn line }, fetch_keys: nil, now: -> { Time.now.to_i })
    @app = app
    @issuer = issuer
    @audience = audience
    @public = public
    @bound = bound
    @log = log
    @now = now
    url = "#{issuer}/auth/assertion-jwks.json"
    @keys = KeySet.new(fetch_keys || -> { OneLoginEdge.fetch_json(url) }, now, url, log)
  end

  def call(env)
    # `require_level` throws from below, through whatever a framework does with exceptions.
    refused = catch(:one_login_edge) do
      # The path as it arrived: Puma, Unicorn and Passenger set it.
      asked = [env["REQUEST_METHOD"], "#{@issuer}#{env['REQUEST_URI'].to_s[/\A[^?]*/]}"]
      person = person(asked, env["HTTP_ONE_LOGIN_ASSERTION"], env["HTTP_ONE_LOGIN_IDENTITY"])
      raise Refused, "no_assertion" if person.nil? && !public?("#{env['SCRIPT_NAME']}#{env['PATH_INFO']}")

      return @app.call(env.merge("one_login_edge.person" => person))
    rescue Refused => e
      e
    end
    answer(refused, env["HTTP_ACCEPT"].to_s)
  end

  # Ends a request of a person below the level: `Cl`, `Cl.Cm`, `Cl.Cm.P1` or `Cl.Cm.P2`.
  def self.require_level(env, level)
    least = LEVELS.index(level) or raise ArgumentError, "#{level} is no level"
    person = env["one_login_edge.person"] or throw :one_login_edge, Refused.new("no_assertion")
    reached = LEVELS.index(person["vot"])
    throw :one_login_edge, Refused.new("level_too_low", "#{level} is required") unless reached && reached >= least
  end

  # The JSON at an address that answers with 200; redirects are not followed.
  def self.fetch_json(url)
    uri = URI(url)
    limits = { open_timeout: 3, read_timeout: 3 }
    headers = { "User-Agent" => "one-login-edge-origin/#{VERSION} (ruby)", "Accept" => "application/json" }
    answer = Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == "https", **limits) { |http| http.get(uri.request_uri, headers) }
    raise IOError, "the answer is #{answer.code}" unless answer.is_a?(Net::HTTPOK)

    JSON.parse(answer.body)
  end

  private

  def answer(refused, accept)
    @log.call("one-login-edge: refused: #{refused.message}")
    status = STATUS.fetch(refused.reason, 401)
    page = accept.include?("text/html")
    body = page ? PAGE.sub("{reason}", refused.reason) : { title: "The request was refused", status: status, reason: refused.reason }.to_json
    type = page ? "text/html; charset=utf-8" : "application/problem+json"
    [status, { "cache-control" => "no-store", "content-type" => type }, [body]]
  end

  # Whether a path needs no sign-in. One that servers read in two ways is never public.
  def public?(path)
    return false if TWO_READINGS.match?(path)

    @public.any? { |rule| path == rule.delete_suffix("/*") || (rule.end_with?("/*") && path.start_with?(rule.chop)) }
  end

  # The person whom the headers name. A server joins headers that came twice with a comma, which no token has.
  def person(asked, assertion, identity)
    return nil if assertion.nil? && identity.nil?

    refuse("wrong_identity", "it came without an assertion") if assertion.nil?
    claims = verified(assertion, TYPE, asked)
    %w[sub sid vot].each { |name| refuse("incomplete", name) unless claims[name].is_a?(String) && !claims[name].empty? }
    refuse("session_over") if whole(claims, "session_exp") <= @now.call
    source = claims
    if claims["identity_claims"] == "header"
      refuse("wrong_identity", "it did not arrive") if identity.nil?
      source = verified(identity, IDENTITY_TYPE, asked)
      same = source.values_at("sub", "sid") == claims.values_at("sub", "sid")
      refuse("wrong_identity", "it belongs to another session") unless same
    elsif identity
      refuse("wrong_identity", "it was not announced")
    end
    known = source.slice(*IDENTITY_CLAIMS)
    claims.merge("identity" => known.empty? ? nil : known)
  end

  # The claims of a token of this type.
  def verified(token, type, asked)
    refuse("malformed", "not one token") unless token.length <= LONGEST && TOKEN.match?(token)
    claims, header = decoded(token, nil, false)
    refuse("malformed", "not objects") unless claims.is_a?(Hash) && header.is_a?(Hash)
    refuse("wrong_algorithm") unless header["alg"] == "ES256"
    refuse("wrong_type") unless header["typ"] == type
    refuse("critical_extension") if header.key?("crit")
    # ruby-jwt checks the signature only: what follows is stricter, and goes by one clock.
    decoded(token, @keys.find(header["kid"]), true, algorithms: ["ES256"], verify_expiration: false, verify_not_before: false)
    [["iss", @issuer, "wrong_issuer"], ["aud", @audience, "wrong_audience"]].each do |name, expected, reason|
      refuse(reason, "#{expected.to_json} is expected, it says #{claims[name].to_json}") unless claims[name] == expected
    end
    refuse("wrong_request") if @bound && asked != claims.values_at("htm", "htu")
    ends, made, now = whole(claims, "exp"), whole(claims, "iat"), @now.call
    refuse("expired", "#{now - ends} s ago by this clock") if ends <= now
    refuse("made_ahead", "#{made - now} s ahead of this clock") if made > now + CLOCKS_DIFFER
    claims
  end

  def decoded(...)
    JWT.decode(...)
  rescue JWT::VerificationError
    refuse("wrong_signature")
  rescue JWT::DecodeError => e
    refuse("malformed", e.class.name)
  end

  def whole(claims, name)
    claims[name].is_a?(Integer) ? claims[name] : refuse("incomplete", name)
  end

  def refuse(reason, detail = nil)
    raise Refused.new(reason, detail)
  end

  # The edge's public keys: kept for five minutes, and for an hour when they cannot be fetched.
  class KeySet
    FRESH = 300
    STALE = 3_600
    BETWEEN_FETCHES = 10

    def initialize(fetch_keys, now, url, log)
      @fetch_keys = fetch_keys
      @now = now
      @url = url
      @log = log
      @lock = Mutex.new
      @keys = {}
      @fetched_at = @tried_at = -Float::INFINITY
    end

    def find(kid)
      raise Refused.new("unknown_key", "it names no key") unless kid.is_a?(String) && !kid.empty?

      @lock.synchronize do
        now = @now.call
        if now < @tried_at
          # The clock was set back: the keys are due, and the moment of the last try says nothing.
          @fetched_at = [@fetched_at, now - FRESH].min
          @tried_at = -Float::INFINITY
        end
        satisfied = now - @fetched_at < FRESH && @keys.key?(kid)
        fetch(now) if !satisfied && now - @tried_at >= BETWEEN_FETCHES
        raise Refused.new("keys_unavailable", @url) if now - @fetched_at >= STALE
        raise Refused.new("unknown_key", "not at #{@url}") unless @keys.key?(kid)

        @keys[kid]
      end
    end

    private

    def fetch(now)
      @tried_at = now
      usable = @fetch_keys.call.fetch("keys").select { |key| key["kty"] == "EC" && key["crv"] == "P-256" }
      @keys = usable.to_h { |key| [key.fetch("kid"), JWT::JWK.import(key.transform_keys(&:to_sym)).keypair] }
      @fetched_at = now
    rescue StandardError => e
      @log.call("one-login-edge: keys_unavailable: #{@url}: #{e.message}")
    end
  end
end
