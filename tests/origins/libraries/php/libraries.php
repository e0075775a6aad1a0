<?php

declare(strict_types=1);

use Firebase\JWT\Key;
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
