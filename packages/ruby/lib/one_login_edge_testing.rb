# Assertions for a service's own tests, signed with a key that nothing outside the test believes.
#
#   EDGE = OneLoginEdge::TestEdge.new(issuer: "https://YOUR-HOST", audience: "YOUR-ORIGIN-AUDIENCE")
#   config.middleware.use OneLoginEdge, **EDGE.settings
#   get "/account", headers: EDGE.headers("vot" => "Cl.Cm.P2")

require "one_login_edge"

class OneLoginEdge
  # An edge with a key of its own.
  class TestEdge
    attr_reader :settings

    def initialize(issuer:, audience:)
      @private = OpenSSL::PKey::EC.generate("prime256v1")
      key = JWT::JWK.new(@private).export.transform_keys(&:to_s).merge("kid" => "test")
      @settings = { issuer: issuer, audience: audience, fetch_keys: -> { { "keys" => [key] } } }
    end

    # The headers of a signed-in request; named claims replace others.
    def headers(claims = {})
      now = Time.now.to_i
      who = { "sub" => "urn:fdc:gov.uk:2022:test", "sid" => "dGVzdC1zZXNzaW9uLWlk", "vot" => "Cl.Cm" }
      times = { "auth_time" => now - 60, "session_exp" => now + 3_600, "iat" => now - 5, "exp" => now + 60 }
      usual = { "iss" => @settings[:issuer], "aud" => @settings[:audience], **who, **times }
      token = JWT.encode(usual.merge(claims), @private, "ES256", { typ: TYPE, kid: "test" })
      { "One-Login-Assertion" => token }
    end
  end
end
