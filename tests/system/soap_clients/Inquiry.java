import client.ProblemFault;
import client.TitleInquiryPortType;
import client.TitleInquiryRequest;
import client.TitleInquiryRequestDeed;
import client.TitleInquiryRequestRequester;
import client.TitleInquiryRequestRequesterOffice;
import client.TitleInquiryRequestRequesterOfficer;
import client.TitleInquiryResponseReply;
import client.TitleInquiryService;
import java.io.PrintStream;
import java.net.URL;
import java.util.List;
import javax.xml.ws.BindingProvider;
import javax.xml.ws.WebServiceFeature;
import javax.xml.ws.soap.AddressingFeature;
import javax.xml.ws.soap.MTOMFeature;

/** Uses what wsimport made of the WSDL, and nothing else; prints one line for each answer. */
public final class Inquiry {
    public static void main(String[] arguments) throws Exception {
        TitleInquiryService service = new TitleInquiryService(new URL(arguments[0]));
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        WebServiceFeature[] features = {new AddressingFeature(true, true), new MTOMFeature()};
        List<TitleInquiryPortType> ports = List.of(
            service.getTitleInquirySoap11(),
            service.getTitleInquirySoap12(),
            service.getTitleInquirySoap11(features));
        for (TitleInquiryPortType port : ports) {
            BindingProvider provider = (BindingProvider) port;
            provider.getRequestContext().put(BindingProvider.USERNAME_PROPERTY, arguments[1]);
            provider.getRequestContext().put(BindingProvider.PASSWORD_PROPERTY, arguments[2]);
            TitleInquiryResponseReply reply = port.titleInquiry(request("1234567891"));
            out.println(
                reply.getResult()
                    + " " + reply.getEstate().getOwners().getItem().get(0).getNationalCode()
                    + " " + reply.getEstate().getArea().getValue()
                    + " " + reply.getEstate().getArrests().getItem().size());
            try {
                port.titleInquiry(request("1234567890"));
            } catch (ProblemFault fault) {
                out.println(
                    fault.getFaultInfo().getCode()
                        + " " + fault.getFaultInfo().getError().get(0).getPointer()
                        + " " + fault.getFaultInfo().getError().get(0).getCode());
            }
        }
    }

    private static TitleInquiryRequest request(String nationalCode) {
        TitleInquiryRequestRequesterOfficer officer = new TitleInquiryRequestRequesterOfficer();
        officer.setFirstName("مهسا");
        officer.setLastName("کریمی <&>");
        officer.setNationalCode(nationalCode);
        TitleInquiryRequestRequesterOffice office = new TitleInquiryRequestRequesterOffice();
        office.setProvinceCode("23");
        office.setCode("17");
        office.setNumber("5");
        TitleInquiryRequestRequester requester = new TitleInquiryRequestRequester();
        requester.setOfficer(officer);
        requester.setOffice(office);
        TitleInquiryRequestDeed deed = new TitleInquiryRequestDeed();
        deed.setEstateNoteNumber("1402203010000000010");
        TitleInquiryRequest request = new TitleInquiryRequest();
        request.setRequester(requester);
        request.setDeed(deed);
        return request;
    }
}
