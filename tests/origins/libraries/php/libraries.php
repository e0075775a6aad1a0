<?php

declare(strict_types=1);

use Firebase\JWT\Key;
use Jose\Component\Checker;
use Jose\Component\Core\AlgorithmManager;
use Jose\Component\Core\JWK;
use Jose\Component\Signature\Algorithm\ES256;
use Jose\Component\Signature\JWSTokenSupport;
use Jose\Component\Signature\JWSVerifier;
use Jose\Component\Signature\Serializer\CompactSerializer;
use Lcobucci\JWT\JwtFacade;
use Lcobucci\JWT\Signer\Ecdsa\Sha256;
use Lcobucci\JWT\Signer\Key\InMemory;
use Lcobucci\JWT\Validation\Constraint;
use Lcobucci\JWT\Validation\ValidAt;

require getenv('COMPOSER_AUTOLOAD') ?: __DIR__ . '/vendor/autoload.php';

$given = json_decode(file_get_contents($argv[1]), true);
$clock = new class implements Psr\Clock\ClockInterface {
    public function now(): DateTimeImmutable
    {
        return new DateTimeImmutable();
    }
};
$signed = new Constraint\SignedWith(new Sha256(), InMemory::plainText($given['pem']));
$firebase = fn (string $token): stdClass => Firebase\JWT\JWT::decode($token, new Key($given['pem'], 'ES256'));
$lcobucci = fn (ValidAt $time, Constraint ...$more): Closure => fn (string $token) => (new JwtFacade())->parse($token, $signed, $time, ...$more);
$named = [new Constraint\IssuedBy($given['issuer']), new Constraint\PermittedFor($given['audience'])];
$webToken = function (string $token) use ($given): array {
    $jws = (new CompactSerializer())->unserialize($token);
    (new JWSVerifier(new AlgorithmManager([new ES256()])))->verifyWithKey($jws, new JWK($given['jwk']), 0) || throw new UnexpectedValueException('signature');
    return [$jws, json_decode($jws->getPayload(), true)];
};
$headers = new Checker\HeaderCheckerManager([
    new Checker\AlgorithmChecker(['ES256'], true),
    new Checker\IsEqualChecker('typ', 'one-login-assertion+jwt'),
], [new JWSTokenSupport()]);
$claims = new Checker\ClaimCheckerManager([
    new Checker\IssuerChecker([$given['issuer']]),
    new Checker\AudienceChecker($given['audience']),
    new Checker\ExpirationTimeChecker($clock),
    new Checker\IssuedAtChecker($clock, 10),
]);
$all = [
    'firebase/php-jwt 7.0.5' => ['default' => $firebase, 'mended' => function (string $token) use ($firebase, $given): void {
        Firebase\JWT\JWT::$leeway = 10;
        $claims = $firebase($token);
        ($claims->iss === $given['issuer'] && $claims->aud === $given['audience'] && $claims->exp > time()) || throw new UnexpectedValueException('claims');
    }],
    'lcobucci/jwt 5.4.0' => [
        'default' => $lcobucci(new Constraint\LooseValidAt($clock)),
        'mended' => $lcobucci(new Constraint\LooseValidAt($clock, new DateInterval('PT10S')), ...$named),
    ],
    'web-token/jwt-library 4.0.1' => ['default' => $webToken, 'mended' => function (string $token) use ($webToken, $headers, $claims): void {
        [$jws, $said] = $webToken($token);
        $headers->check($jws, 0, ['alg', 'typ']);
        $claims->check($said, ['iss', 'aud', 'exp', 'iat', 'sub']);
    }],
];
set_error_handler(fn (int $kind, string $text) => throw new UnexpectedValueException($text));
foreach ($all as $name => $ways) {
    foreach ($ways as $way => $verify) {
        foreach ($given['tokens'] as $label => $token) {
            try {
                $verify($token);
                $said = 'taken';
            } catch (Exception $error) {
                $said = 'refused ' . $error::class . ': ' . strtr($error->getMessage(), "\n", ' ');
            }
            echo "$name\t$way\t$label\t$said\n";
        }
    }
}
