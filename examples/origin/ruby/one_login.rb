# Who is asking? Rack middleware for services behind One Login at the edge, for Rails, Sinatra and others.
#
#   config.middleware.use OneLogin, issuer: "https://YOUR-HOST", audience: "YOUR-ORIGIN-AUDIENCE"
#
#   request.env["one_login.person"]["sub"]
#
# It needs the gem `jwt`. It believes the signed assertion and no other header.

require "json"
require "jwt"
require "net/http"

class OneLogin
  TYPE = "one-login-assertion+jwt".freeze
  IDENTITY_TYPE = "one-login-identity+jwt".freeze
  IDENTITY_CLAIMS = %w[coreIdentity address passport drivingPermit returnCode].freeze
  TOKEN = /\A[\w-]+\.[\w-]+\.[\w-]+\z/
  LONGEST = 8_192 # characters
  CLOCKS_DIFFER = 10 # seconds that this clock may be behind the edge's

  # The request does not prove who is asking.
  class Refused < StandardError; end

  # Sets `one_login.person` in the environment to who is asking, and answers 401 when that is not proved.
  # With `optional`, requests without an assertion pass, and the person is nil. With `bound`, an assertion counts only for
  # the method and path that it names, which the edge's `bind` has it name.
  def initialize(app, issuer:, audience:, optional: false, bound: false, fetch_keys: nil, now: -> { Time.now.to_i })
    @app = app
    @issuer = issuer
    @audience = audience
    @optional = optional
    @bound = bound
    @now = now
    @keys = KeySet.new(fetch_keys || -> { OneLogin.fetch_json("#{issuer}/auth/assertion-jwks.json") }, now)
  end

  def call(env)
    begin
      asked = @bound ? [env["REQUEST_METHOD"], @issuer + path_of(env)] : nil
      person = person(env["HTTP_ONE_LOGIN_ASSERTION"], env["HTTP_ONE_LOGIN_IDENTITY"], asked)
      raise Refused, "no assertion" if person.nil? && !@optional
    rescue Refused, JWT::DecodeError
      return [401, { "cache-control" => "no-store" }, []]
    end
    @app.call(env.merge("one_login.person" => person))
  end

  # The JSON at an address that answers with 200; redirects are not followed.
  def self.fetch_json(url)
    uri = URI(url)
    limits = { open_timeout: 3, read_timeout: 3 }
    answer = Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == "https", **limits) { |http| http.get(uri.request_uri) }
    raise IOError, "the answer is #{answer.code}" unless answer.is_a?(Net::HTTPOK)

    JSON.parse(answer.body)
  end

  private

  # Who the headers name. A server joins headers that came twice with a comma, which no token has.
  def person(assertion, identity, asked)
    return nil if assertion.nil? && identity.nil?

    claims = verified(assertion, TYPE, asked)
    %w[sub sid vot].each { |name| refuse(name) unless claims[name].is_a?(String) && !claims[name].empty? }
    refuse("the session is over") unless seconds(claims, "session_exp") > @now.call
    source = claims
    if claims["identity_claims"] == "header"
      source = verified(identity, IDENTITY_TYPE, asked)
      refuse("somebody else's identity") unless source.values_at("sub", "sid") == claims.values_at("sub", "sid")
    elsif identity
      refuse("an identity that was not announced")
    end
    known = source.slice(*IDENTITY_CLAIMS)
    claims.merge("identity" => known.empty? ? nil : known)
  end

  # The claims of a token of this type.
  def verified(token, type, asked)
    refuse("not one token") unless token && token.length <= LONGEST && TOKEN.match?(token)
    claims, header = JWT.decode(token, nil, false)
    refuse("not objects") unless claims.is_a?(Hash) && header.is_a?(Hash)
    refuse("another type") if header["typ"] != type || header["alg"] != "ES256" || header.key?("crit")
    # ruby-jwt checks the signature alone: what follows is stricter, and goes by one clock.
    only_signature = { algorithms: ["ES256"], verify_expiration: false, verify_not_before: false }
    JWT.decode(token, @keys.find(header["kid"]), true, only_signature)
    refuse("for somebody else") unless claims["iss"] == @issuer && claims["aud"] == @audience
    refuse("for another request") if asked && asked != claims.values_at("htm", "htu")
    now = @now.call
    valid = seconds(claims, "exp") > now && seconds(claims, "iat") <= now + CLOCKS_DIFFER
    valid ? claims : refuse("not valid now")
  end

  # The path as it arrived: servers say the whole target in `REQUEST_URI`, and Rack no other form that is sure.
  def path_of(env)
    env.fetch("REQUEST_URI") { refuse("the server does not say the path") }.split("?", 2).first
  end

  # A claim in seconds, or what compares as false with everything.
  def seconds(claims, name)
    claims[name].is_a?(Integer) ? claims[name] : Float::NAN
  end

  def refuse(reason)
    raise Refused, reason
  end

  # The edge's public keys: kept for five minutes, and for an hour when they cannot be fetched.
  class KeySet
    FRESH = 300
    STALE = 3_600
    BETWEEN_FETCHES = 10

    def initialize(fetch_keys, now)
      @fetch_keys = fetch_keys
      @now = now
      @lock = Mutex.new
      @keys = {}
      @fetched_at = @tried_at = -Float::INFINITY
    end

    def find(kid)
      @lock.synchronize do
        now = @now.call
        satisfied = now - @fetched_at < FRESH && @keys.key?(kid)
        fetch(now) if !satisfied && now - @tried_at >= BETWEEN_FETCHES
        raise Refused, "no such key" if now - @fetched_at >= STALE || !@keys.key?(kid)

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
      warn "The keys of assertions cannot be fetched: #{e.message}"
    end
  end
end
