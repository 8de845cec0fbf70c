<?php
// Uses the WSDL and nothing else; prints one JSON line for each answer.
[, $wsdl, $user, $key, $file] = $argv;
$request = json_decode(file_get_contents($file));
foreach ([SOAP_1_1, SOAP_1_2] as $version) {
    $client = new SoapClient($wsdl, [
        'login' => $user, 'password' => $key, 'soap_version' => $version, 'cache_wsdl' => WSDL_CACHE_NONE,
        'features' => SOAP_SINGLE_ELEMENT_ARRAYS, 'trace' => true,
    ]);
    $client->__setSoapHeaders(new SoapHeader('urn:peyvand:exchange:v1', 'Exchange',
        new SoapVar('<x:Exchange xmlns:x="urn:peyvand:exchange:v1"><x:CaseId>php-' . $version
            . '</x:CaseId></x:Exchange>', XSD_ANYXML)));
    $reply = $client->TitleInquiry(['request' => $request])->reply;
    print json_encode([
        'result' => $reply->result,
        'owner' => $reply->estate->owners->item[0]->national_code,
        'area' => $reply->estate->area->value,
        'mortgaged' => $reply->estate->mortgaged,
        'point' => $reply->estate->polygon->coordinates->item[0]->item[0]->item[0]->number ?? null,
    ]) . "\n";
    $wrong = json_decode(json_encode($request));
    $wrong->requester->officer->national_code = '1234567890';
    try {
        $client->TitleInquiry(['request' => $wrong]);
    } catch (SoapFault $fault) {
        $problem = $fault->detail->Problem;
        print json_encode([
            'fault' => $fault->faultcode,
            'code' => $problem->Code,
            'pointer' => (is_array($problem->Error) ? $problem->Error[0] : $problem->Error)->Pointer,
        ]) . "\n";
    }
}
