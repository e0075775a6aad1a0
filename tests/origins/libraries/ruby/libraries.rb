require "json"
require "jwt"
require "openssl"

given = JSON.parse(File.read(ARGV.fetch(0)))
key = OpenSSL::PKey.read(given["pem"])
default = ->(token) { JWT.decode(token, key, true, algorithm: "ES256") }
mended = lambda do |token|
  JWT.decode(token, key, true, algorithm: "ES256", iss: given["issuer"], verify_iss: true, aud: given["audience"], verify_aud: true, required_claims: %w[exp iat sub])
end

{ default:, mended: }.each do |way, verify|
  given["tokens"].each do |label, token|
    said = begin
      verify.call(token)
      "taken"
    rescue JWT::DecodeError => e
      "refused #{e.class}: #{e.message}"
    end
    puts ["ruby-jwt #{Gem.loaded_specs["jwt"]&.version || JWT.gem_version}", way, label, said].join("\t")
  end
end
